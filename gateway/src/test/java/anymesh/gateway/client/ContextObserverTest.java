// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.server.Futures;
import anymesh.v1.GeneratorEvent;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContextObserverTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Futures.join(vertx.close());
    }

    @Test
    void afterAFrameThatThereWasNoMemoryForNoneIsSeenAndTheCallFails() {
        var seen = new AtomicInteger();
        var call = CallContext.start("request", null, Duration.ofMinutes(1));
        var observer = new ContextObserver<GeneratorEvent>("generator-image", vertx.getOrCreateContext(), call, _ -> {
            seen.incrementAndGet();
            throw new OutOfMemoryError("Java heap space");
        });
        observer.onFrame(Frame.of(GeneratorEvent.getDefaultInstance()));
        observer.onFrame(Frame.of(GeneratorEvent.getDefaultInstance()));
        observer.onEnd(null);
        assertThatThrownBy(() -> Futures.join(observer.ended())).hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(seen).hasValue(1);
        assertThat(call.isCancelled()).isTrue();
    }
}
