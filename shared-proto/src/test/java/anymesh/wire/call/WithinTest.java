// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.StageLost;
import anymesh.wire.testing.Batches;
import anymesh.wire.testing.TestingHop;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls within one process. {@link TestingHop#close} finds what nobody freed. */
@Timeout(180)
class WithinTest {
    private static final FrameHandler<ProjectInputRequest, ProjectInputResponse> ECHO = (request, call, out) -> out
            .emit(new Frame<>(ProjectInputResponse.getDefaultInstance(),
                    request.embeddings().stream().map(EmbeddingBatch::retain).toList()));

    @Test
    void embeddingsChangeHandsWithoutACopy() {
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, ECHO);
                var sent = Batches.random(hop.clientMemory(), 3, 1);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance(), sent.retain()))) {
            assertThat(answer.frames().getFirst().embeddings()).containsExactly(sent);
        }
    }

    @Test
    void whatIsMadeByTheServerOutlivesItsCall() {
        var memory = new CompletableFuture<WireMemory>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> make = (request, call, out) -> out
                .emit(Frame.of(ProjectInputResponse.getDefaultInstance(), Batches.random(memory.join(), 3, 7)));
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, make)) {
            memory.complete(hop.serverMemory());
            try (var answer = hop.call(request(hop));
                    var expected = Batches.random(hop.clientMemory(), 3, 7)) {
                assertThat(answer.frames().getFirst().embeddings().getFirst().data()).isEqualTo(expected.data());
            }
        }
    }

    @Test
    void errorsAreWhatTheyAreOverSockets() {
        FrameHandler<ProjectInputRequest, ProjectInputResponse> refuse = (request, call, out) -> {
            throw new InvalidInput("too loud", "items[1]");
        };
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, refuse)) {
            assertThat(hop.call(request(hop)).error()).isInstanceOfSatisfying(InvalidInput.class, error -> {
                assertThat(error).hasMessage("too loud");
                assertThat(error.param()).isEqualTo("items[1]");
            });
        }
    }

    @Test
    void theHandlerHearsWhoAsksAndForHowLong() {
        var seen = new CompletableFuture<CallContext>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> look = (request, call, out) -> {
            seen.complete(call);
            out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
        };
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, look)) {
            var call = CallContext.start("id", "caller", null, Duration.ofSeconds(20));
            assertThat(hop.call(call, request(hop)).error()).isNull();
            assertThat(seen.join().requestId()).isEqualTo("id");
            assertThat(seen.join().caller()).isEqualTo("caller");
            assertThat(seen.join().remaining()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
            assertThat(seen.join().traceparent().substring(3, 35)).isEqualTo(call.traceparent().substring(3, 35));
        }
    }

    @Test
    void cancelReachesTheHandler() throws Exception {
        var started = new CountDownLatch(1);
        var ended = new CompletableFuture<Boolean>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> wait = (request, call, out) -> {
            var cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            started.countDown();
            cancelled.await();
            ended.complete(true);
        };
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, wait)) {
            var call = CallContext.start("id", null, Duration.ofMinutes(1));
            var answer = hop.call(call, request(hop));
            started.await();
            call.cancel();
            assertThat(answer.error()).isInstanceOf(CancellationException.class);
            assertThat(ended.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void deadlineEndsTheCallOnBothSides() throws Exception {
        var ended = new CompletableFuture<Boolean>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> wait = (request, call, out) -> {
            var cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            cancelled.await();
            ended.complete(call.isDone());
        };
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, wait)) {
            var call = CallContext.start("id", null, Duration.ofMillis(300));
            assertThat(hop.call(call, request(hop)).error()).isInstanceOf(DeadlineExceeded.class);
            assertThat(ended.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void slowCallerHoldsTheHandlerBackAndWhatItNeverTookIsFreed() {
        var memory = new CompletableFuture<WireMemory>();
        var emitted = new AtomicInteger();
        FrameHandler<BackboneRequest, BackboneEvent> flood = (request, call, out) -> {
            while (true) {
                out.emit(Frame.of(BackboneEvent.getDefaultInstance(), Batches.random(memory.join(), 1, 1)));
                emitted.incrementAndGet();
            }
        };
        try (var hop = TestingHop.startWithin(StageMethods::generateText, flood)) {
            memory.complete(hop.serverMemory());
            ClientCall<Frame<BackboneRequest>, Frame<BackboneEvent>> call = hop.channel().newCall(hop.method(),
                    CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {
                @Override
                public void onMessage(Frame<BackboneEvent> message) {
                    message.close();
                }
            }, new Metadata());
            call.request(2);
            call.sendMessage(Frame.of(BackboneRequest.getDefaultInstance()));
            call.halfClose();
            await().atMost(Duration.ofMinutes(1)).until(() -> emitted.get() >= 2);
            assertThat(emitted.get()).isLessThanOrEqualTo(4);
            call.cancel("enough", null);
        }
    }

    @Test
    void cancelledInTheMiddleNothingIsLeft() {
        var memory = new CompletableFuture<WireMemory>();
        FrameHandler<BackboneRequest, BackboneEvent> flood = (request, call, out) -> {
            while (true) {
                out.emit(Frame.of(BackboneEvent.getDefaultInstance(), Batches.random(memory.join(), 1, 1)));
            }
        };
        try (var hop = TestingHop.startWithin(StageMethods::generateText, flood)) {
            memory.complete(hop.serverMemory());
            for (int i = 0; i < 200; i++) {
                var call = CallContext.start("id", null, Duration.ofMinutes(1));
                try (var answer = hop.call(call, Frame.of(BackboneRequest.getDefaultInstance()))) {
                    while (answer.received() < i % 5) {
                        Thread.onSpinWait();
                    }
                    call.cancel();
                    assertThat(answer.error()).isInstanceOf(CancellationException.class);
                }
            }
        }
    }

    @Test
    void aServerThatHasGoneIsLost() {
        try (var hop = TestingHop.startWithin(StageMethods::projectInput, ECHO)) {
            hop.server().shutdownNow();
            try (var answer = hop.call(request(hop))) {
                assertThat(answer.error()).isInstanceOf(StageLost.class);
            }
        }
    }

    private static Frame<ProjectInputRequest> request(TestingHop<?, ?> hop) {
        return new Frame<>(ProjectInputRequest.getDefaultInstance(),
                List.of(Batches.random(hop.clientMemory(), 1, 1)));
    }
}
