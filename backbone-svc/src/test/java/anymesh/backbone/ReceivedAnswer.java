// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Continuation;
import anymesh.v1.TokenLogprob;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What came back for one request, in the order in which it came. */
public final class ReceivedAnswer implements FrameObserver<BackboneEvent> {
    private final CallContext call;
    private final List<String> parts = new ArrayList<>();
    private final List<List<Integer>> tokens = new ArrayList<>();
    private final List<List<TokenLogprob>> logprobs = new ArrayList<>();
    private final List<EmbeddingSpec> signals = new ArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CompletableFuture<@Nullable Throwable> end = new CompletableFuture<>();
    private BackboneFinished finished = BackboneFinished.getDefaultInstance();

    ReceivedAnswer(CallContext call) {
        this.call = call;
    }

    @Override
    public void onFrame(Frame<BackboneEvent> frame) {
        try (frame) {
            tokens.add(frame.header().getTokensList());
            logprobs.add(frame.header().getLogprobsList());
            switch (frame.header().getEventCase()) {
                case TEXT -> parts.add(frame.header().getText().getText());
                case SIGNAL -> {
                    var batch = frame.embeddings().getFirst();
                    var states = new float[batch.spec().elements()];
                    batch.data().asFloatBuffer().get(states);
                    signals.add(batch.spec());
                    parts.add("<%s %08x>".formatted(frame.header().getSignal().getModality(),
                            Arrays.hashCode(states)));
                }
                case CALL -> parts.add(frame.header().getCall().getName().isEmpty()
                        ? frame.header().getCall().getArguments()
                        : "<%s>".formatted(frame.header().getCall().getName()));
                case FINISHED -> finished = frame.header().getFinished();
                case EVENT_NOT_SET -> throw new AssertionError("an empty event");
            }
        }
        begun.countDown();
    }

    @Override
    public void onEnd(@Nullable Throwable error) {
        end.complete(error);
        begun.countDown();
    }

    /** Waits for the first event. */
    public ReceivedAnswer begun() throws InterruptedException {
        if (!begun.await(1, TimeUnit.MINUTES)) {
            throw new AssertionError("nothing came");
        }
        return this;
    }

    public void cancel() {
        call.cancel();
    }

    /** Waits for the end; null if it was a good one. */
    public @Nullable Throwable error() {
        return end.orTimeout(1, TimeUnit.MINUTES).join();
    }

    /** Waits for a good end and returns it. */
    public BackboneFinished finished() {
        var error = error();
        if (error != null) {
            throw new AssertionError("the request failed", error);
        }
        return finished;
    }

    /** Texts and signals as they came, signals with a hash of their states. */
    public List<String> parts() {
        finished();
        return parts;
    }

    /** The log probabilities that came with the first parts, so many, or with all. */
    public List<TokenLogprob> logprobs(int cut) {
        finished();
        return logprobs.stream().limit(cut).flatMap(List::stream).toList();
    }

    /** The ids that it was told to be made of. */
    public List<Integer> tokens() {
        finished();
        return tokens.stream().flatMap(List::stream).toList();
    }

    /** The request for what is missing after the first {@code cut} of {@link #parts}. */
    public BackboneRequest.Builder continuing(BackboneRequest.Builder request, int cut) {
        var known = parts().subList(0, cut);
        var continuation = Continuation.newBuilder()
                .setDeliveredCharacters(known.stream().filter(part -> !isSignal(part))
                        .mapToInt(part -> part.codePointCount(0, part.length())).sum())
                .setDeliveredSignals((int) known.stream().filter(ReceivedAnswer::isSignal).count());
        tokens.subList(0, cut).forEach(continuation::addAllTokens);
        continuation.setDeliveredLogprobs(logprobs.subList(0, cut).stream().mapToInt(List::size).sum());
        return request.clone().setContinuation(continuation);
    }

    private static boolean isSignal(String part) {
        return part.startsWith("<");
    }

    public String text() {
        return String.join("", parts().stream().filter(part -> !isSignal(part)).toList());
    }

    public List<EmbeddingSpec> signals() {
        finished();
        return signals;
    }
}
