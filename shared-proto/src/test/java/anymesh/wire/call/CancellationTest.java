// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.testing.Batches;
import anymesh.wire.testing.CollectingObserver;
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

@Timeout(180)
class CancellationTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final EmbeddingSpec MEGABYTE = new EmbeddingSpec("mb", List.of(256, 1024), DType.FLOAT32, "b", "1");

    @Test
    void cancelOfTheCallerReachesTheHandler() throws Exception {
        CompletableFuture<CallContext> started = new CompletableFuture<>();
        CompletableFuture<Throwable> emitted = new CompletableFuture<>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> handler = (request, call, out) -> {
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            started.complete(call);
            cancelled.await();
            try {
                out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
            } catch (CancellationException e) {
                emitted.complete(e);
                throw e;
            }
        };
        try (var hop = TestingHop.start(StageMethods::projectInput, handler)) {
            CallContext context = minute();
            var answer = hop.call(context,
                    Frame.of(ProjectInputRequest.getDefaultInstance(), Batches.random(hop.clientMemory(), 3, 1)));
            CallContext served = started.get(30, TimeUnit.SECONDS);
            context.cancel();
            assertThat(answer.error()).isInstanceOf(CancellationException.class);
            assertThat(emitted.get(30, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
            assertThat(served.isDone()).isTrue();
        }
    }

    @Test
    void cancelWakesAHandlerThatWaitsForASlowCaller() throws Exception {
        AtomicInteger emitted = new AtomicInteger();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        try (var hop = TestingHop.start(StageMethods::generateText, flood(emitted, end))) {
            ClientCall<Frame<BackboneRequest>, Frame<BackboneEvent>> call = readNothing(hop, emitted);
            call.cancel("enough", null);
            assertThat(end.get(30, TimeUnit.SECONDS)).isInstanceOf(CancellationException.class);
        }
    }

    @Test
    void slowCallerHoldsTheHandlerBack() {
        AtomicInteger emitted = new AtomicInteger();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        try (var hop = TestingHop.start(StageMethods::generateText, flood(emitted, end))) {
            ClientCall<Frame<BackboneRequest>, Frame<BackboneEvent>> call = readNothing(hop, emitted);
            // The window is 4 MiB; one frame more is let through, and some bytes are in sockets.
            int before = emitted.get();
            assertThat(before).isBetween(1, 12);
            call.request(8); // HTTP/2 gives credit back by half windows
            await().atMost(LONG).until(() -> emitted.get() >= before + 2);
            assertThat(end).isNotDone();
            call.cancel("enough", null);
        }
    }

    @Test
    void deadlineEndsTheCallOnBothSides() throws Exception {
        CompletableFuture<Duration> remaining = new CompletableFuture<>();
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> handler = (request, call, out) -> {
            remaining.complete(call.remaining());
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            cancelled.await();
            done.complete(call.isDone());
        };
        try (var hop = TestingHop.start(StageMethods::projectInput, handler)) {
            CallContext context = CallContext.start("r", null, Duration.ofMillis(1500));
            var answer = hop.call(context, Frame.of(ProjectInputRequest.getDefaultInstance()));
            assertThat(remaining.get(30, TimeUnit.SECONDS)).isBetween(Duration.ZERO, Duration.ofMillis(1500));
            assertThat(answer.error()).isInstanceOf(DeadlineExceeded.class);
            assertThat(done.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void callThatIsOverBeforeItBeginsIsNotMade() {
        AtomicInteger served = new AtomicInteger();
        FrameHandler<ProjectInputRequest, ProjectInputResponse> count = (request, call, out) -> served
                .incrementAndGet();
        try (var hop = TestingHop.start(StageMethods::projectInput, count)) {
            CallContext cancelled = minute();
            cancelled.cancel();
            assertThat(hop.call(cancelled, request(hop)).error()).isInstanceOf(CancellationException.class);
            CallContext late = CallContext.start("r", null, Duration.ZERO);
            assertThat(hop.call(late, request(hop)).error()).isInstanceOf(DeadlineExceeded.class);
            assertThat(served).hasValue(0);
        }
    }

    @Test
    void framesThatArriveAfterCancelAreFreed() {
        try (var hop = TestingHop.start(StageMethods::generateText,
                flood(new AtomicInteger(), new CompletableFuture<>()))) {
            CallContext context = minute();
            CollectingObserver<BackboneEvent> answer = new CollectingObserver<>() {
                @Override
                public synchronized void onFrame(Frame<BackboneEvent> frame) {
                    super.onFrame(frame);
                    context.cancel();
                }
            };
            FrameClient.call(hop.channel(), hop.method(), context, Frame.of(BackboneRequest.getDefaultInstance()),
                    answer);
            try (answer) {
                assertThat(answer.error()).isInstanceOf(CancellationException.class);
                assertThat(answer.received()).isEqualTo(1);
            }
        }
    }

    @Test
    void batchFreedDuringADrainIsNeverReadAfterwards() {
        // The call is cancelled from another thread while 16 MB are being written, over and over.
        FrameHandler<ProjectInputRequest, ProjectInputResponse> ignore = (request, call, out) -> out
                .emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
        try (var hop = TestingHop.start(StageMethods::projectInput, ignore)) {
            for (int i = 0; i < 30; i++) {
                CallContext context = minute();
                EmbeddingBatch batch = Batches.random(hop.clientMemory(), MEGABYTE, 8, i);
                Thread canceller = Thread.ofVirtual().start(context::cancel);
                try (var answer = hop.call(context, Frame.of(ProjectInputRequest.getDefaultInstance(), batch))) {
                    Throwable error = answer.error();
                    assertThat(error == null || error instanceof CancellationException).as("%s", error).isTrue();
                }
                assertThatThrownBy(batch::close).isInstanceOf(IllegalStateException.class);
                join(canceller);
            }
        }
    }

    /** Emits a megabyte at a time until it is stopped. */
    private static FrameHandler<BackboneRequest, BackboneEvent> flood(AtomicInteger emitted,
            CompletableFuture<Throwable> end) {
        return (request, call, out) -> {
            try (var memory = new WireMemory("flood", 4 << 20)) {
                while (true) {
                    out.emit(Frame.of(BackboneEvent.getDefaultInstance(),
                            EmbeddingBatch.allocate(memory, MEGABYTE, 1)));
                    emitted.incrementAndGet();
                }
            } catch (CancellationException e) {
                end.complete(e);
                throw e;
            }
        };
    }

    /** Returns when the handler has stopped because nothing is read. */
    private static ClientCall<Frame<BackboneRequest>, Frame<BackboneEvent>> readNothing(
            TestingHop<BackboneRequest, BackboneEvent> hop, AtomicInteger emitted) {
        ClientCall<Frame<BackboneRequest>, Frame<BackboneEvent>> call = hop.channel().newCall(hop.method(),
                CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {
            @Override
            public void onMessage(Frame<BackboneEvent> frame) {
                frame.close();
            }
        }, new Metadata());
        call.sendMessage(Frame.of(BackboneRequest.getDefaultInstance()));
        call.halfClose();
        // A busy machine may hold up the handler as long as a look or two.
        AtomicInteger before = new AtomicInteger(-1);
        await().atMost(LONG).during(Duration.ofSeconds(1))
                .until(() -> emitted.get() > 0 && before.getAndSet(emitted.get()) == emitted.get());
        return call;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Frame<ProjectInputRequest> request(TestingHop<ProjectInputRequest, ProjectInputResponse> hop) {
        return Frame.of(ProjectInputRequest.getDefaultInstance(), Batches.random(hop.clientMemory(), 1, 1));
    }

    private static CallContext minute() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }
}
