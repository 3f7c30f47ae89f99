// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CallContextTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void callbacksRunOnceOnCancel() {
        CallContext context = start(PARENT);
        List<String> ran = new ArrayList<>();
        context.onCancel(() -> ran.add("a"));
        context.onCancel(() -> ran.add("b"));
        context.cancel();
        context.cancel();
        assertThat(ran).containsExactly("a", "b");
        assertThat(context.isDone()).isTrue();
    }

    @Test
    void lateCallbackRunsAtOnce() {
        CallContext context = start(PARENT);
        context.cancel();
        List<String> ran = new ArrayList<>();
        context.onCancel(() -> ran.add("late")).close();
        assertThat(ran).containsExactly("late");
    }

    @Test
    void closedRegistrationIsNotRun() {
        CallContext context = start(PARENT);
        List<String> ran = new ArrayList<>();
        Runnable same = () -> ran.add("x");
        Registration first = context.onCancel(same);
        context.onCancel(same);
        first.close();
        first.close();
        context.cancel();
        assertThat(ran).containsExactly("x");
    }

    @Test
    void failingCallbackDoesNotStopTheOthers() {
        CallContext context = start(PARENT);
        List<String> ran = new ArrayList<>();
        context.onCancel(() -> {
            throw new IllegalStateException("expected in this test");
        });
        context.onCancel(() -> ran.add("after"));
        context.cancel();
        assertThat(ran).containsExactly("after");
    }

    @Test
    void eachHopHasASpanOfItsOwnInTheSameTrace() {
        CallContext context = start(PARENT);
        Metadata first = new Metadata();
        Metadata second = new Metadata();
        context.writeTo(first);
        context.writeTo(second);
        CallContext next = CallContext.received(first, null);
        assertThat(next.requestId()).isEqualTo("req-1");
        assertThat(next.traceparent()).startsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-").endsWith("-01")
                .isNotEqualTo(PARENT).isNotEqualTo(CallContext.received(second, null).traceparent());
    }

    @Test
    void aPartIsTheSameRequestEndedByItself() {
        CallContext context = start(PARENT);
        CallContext part = context.part("00-4bf92f3577b34da6a3ce929d0e0e4736-aaaaaaaaaaaaaaaa-01");
        Metadata headers = new Metadata();
        part.writeTo(headers);
        CallContext next = CallContext.received(headers, null);
        assertThat(next.requestId()).isEqualTo("req-1");
        assertThat(next.traceparent()).as("the span of the call").contains("-aaaaaaaaaaaaaaaa-");
        part.cancel();
        assertThat(context.isCancelled()).isFalse();
        assertThat(context.part(null).remaining()).isLessThanOrEqualTo(context.remaining().plusSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01"})
    void malformedTraceStartsANewOne(String header) {
        assertThat(start(header).traceparent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                .doesNotContain("4bf92f3577b34da6").doesNotContain("-0000000000000000-");
    }

    @Test
    void traceOfALaterVersionIsUnderstood() {
        assertThat(start("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00-extra").traceparent())
                .isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
    }

    @Test
    void requestIdIsMadeSafeForHeaders() {
        CallContext context = CallContext.start("a b\r\nevil: ü" + "x".repeat(200), null, Duration.ofSeconds(1));
        assertThat(context.requestId()).startsWith("a_b__evil:__x").hasSize(128);
    }

    @Test
    void callWithoutIdGetsOne() {
        assertThat(CallContext.received(new Metadata(), null).requestId()).isNotBlank();
    }

    @Test
    void noTimeLeftMeansDone() {
        CallContext context = CallContext.start("r", null, Duration.ZERO);
        assertThat(context.remaining()).isZero();
        assertThat(context.isDone()).isTrue();
        assertThat(context.isCancelled()).isFalse();
    }

    @Test
    void callWithoutDeadlineHasADay() {
        assertThat(CallContext.received(new Metadata(), null).remaining()).isBetween(Duration.ofHours(23),
                Duration.ofDays(1));
    }

    private static CallContext start(String traceparent) {
        return CallContext.start("req-1", traceparent, Duration.ofMinutes(1));
    }
}
