// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.answer.AnswerSink;
import anymesh.backbone.answer.TokenLogprob;
import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.bundle.TokenTexts;
import anymesh.backbone.tools.CallReader;
import anymesh.v1.BackboneEvent;
import anymesh.v1.Signal;
import anymesh.v1.TextDelta;
import anymesh.v1.ToolCallDelta;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.WireMemory;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an answer has written and its client has not yet taken. The worker never waits for a slow client, so the queue has
 * no limit of its own; its answer is one: at most a text a token, max_tokens in all, and a few signals, whose memory
 * counts against {@link WireMemory}. Safe for two threads.
 *
 * <p>Where nobody reads along, text waits for more of it, up to twice a tenth of a second: to bring a message a token takes longer
 * than to write many a token.
 */
public final class EventQueue implements AnswerSink, AutoCloseable {
    private static final long GATHERED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final WireMemory memory;
    private final TokenTexts texts;
    private final boolean isGathered;
    private final Queue<Frame<BackboneEvent>> events = new ArrayDeque<>();
    /** Text that waits for more; not yet among the events. */
    private BackboneEvent.@Nullable Builder gathered;
    private long gatheredSince;
    private long first;
    private boolean finished;
    private boolean closed;

    /**
     * @param texts what tokens stand for whose log probabilities are told
     * @param isGathered whether nobody reads the answer while it is written
     */
    public EventQueue(WireMemory memory, TokenTexts texts, boolean isGathered) {
        this.memory = memory;
        this.texts = texts;
        this.isGathered = isGathered;
    }

    @Override
    public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
        var event = BackboneEvent.newBuilder().setText(TextDelta.newBuilder().setText(delta)).addAllTokens(tokens)
                .addAllLogprobs(logprobs.stream().map(this::told).toList());
        if (isGathered) {
            gather(event);
        } else {
            put(Frame.of(event.build()));
        }
    }

    private synchronized void gather(BackboneEvent.Builder event) {
        if (gathered != null) {
            gathered.getTextBuilder().setText(gathered.getText().getText() + event.getText().getText());
            gathered.addAllTokens(event.getTokensList()).addAllLogprobs(event.getLogprobsList());
            return;
        }
        gathered = event;
        gatheredSince = System.nanoTime();
        first = first == 0 ? gatheredSince : first;
    }

    private anymesh.v1.TokenLogprob told(TokenLogprob logprob) {
        return anymesh.v1.TokenLogprob.newBuilder().setText(ByteString.copyFrom(texts.bytes(logprob.token())))
                .setControl(texts.isControl(logprob.token())).setLogprob(logprob.logprob())
                .addAllTop(logprob.top().stream().map(this::told).toList()).build();
    }

    @Override
    public void call(CallReader.Delta delta, List<Integer> tokens) {
        put(Frame.of(BackboneEvent.newBuilder()
                .setCall(ToolCallDelta.newBuilder().setName(delta.name()).setArguments(delta.arguments()))
                .addAllTokens(tokens).build()));
    }

    /** Queues a signal; throws {@link anymesh.wire.error.Overloaded} if there is no memory left for it. */
    @Override
    public void signal(SignalSpec signal, float[] states, List<Integer> tokens) {
        var batch = EmbeddingBatch.allocate(memory, signal.produces(), 1);
        batch.data().asFloatBuffer().put(states);
        put(Frame.of(BackboneEvent.newBuilder().setSignal(Signal.newBuilder().setModality(signal.modality()))
                .addAllTokens(tokens).build(), batch));
    }

    /** The next event, once there is one; null when the answer is {@link #finish finished} and all are taken. */
    public synchronized @Nullable Frame<BackboneEvent> take() throws InterruptedException {
        while (events.isEmpty() && !finished) {
            if (!isGathered) {
                wait();
            } else if (gathered != null && System.nanoTime() - gatheredSince >= GATHERED_NANOS) {
                release();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, GATHERED_NANOS); // nobody is woken for a text
            }
        }
        if (events.isEmpty()) {
            release();
        }
        return events.poll();
    }

    private void release() {
        if (gathered != null) {
            events.add(Frame.of(gathered.build()));
            gathered = null;
        }
    }

    /** How long after a time ({@link System#nanoTime}) the first event was written; empty if there was none. */
    public synchronized Optional<Duration> firstAfter(long nanoTime) {
        return first == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(first - nanoTime));
    }

    /** Nothing more will come. */
    public synchronized void finish() {
        finished = true;
        notifyAll();
    }

    /** Drops what nobody will take, now and later. */
    @Override
    public synchronized void close() {
        closed = true;
        gathered = null;
        events.forEach(Frame::close);
        events.clear();
        finish();
    }

    private synchronized void put(Frame<BackboneEvent> event) {
        if (closed) {
            event.close();
            return;
        }
        first = first == 0 ? System.nanoTime() : first;
        release(); // what was written before it goes before it
        events.add(event);
        notifyAll();
    }
}
