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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What an answer has written and its client has not yet taken. The worker never waits for a slow client, so the queue has
 * no limit of its own; its answer is one: at most a text a token, max_tokens in all, and a few signals, whose memory
 * counts against {@link WireMemory}. Safe for two threads.
 */
public final class EventQueue implements AnswerSink, AutoCloseable {
    private final WireMemory memory;
    private final TokenTexts texts;
    private final Queue<Frame<BackboneEvent>> events = new ArrayDeque<>();
    private boolean finished;
    private boolean closed;

    /** {@code texts}: what tokens stand for whose log probabilities are told. */
    public EventQueue(WireMemory memory, TokenTexts texts) {
        this.memory = memory;
        this.texts = texts;
    }

    @Override
    public void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens) {
        put(Frame.of(BackboneEvent.newBuilder().setText(TextDelta.newBuilder().setText(delta)).addAllTokens(tokens)
                .addAllLogprobs(logprobs.stream().map(this::told).toList()).build()));
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
            wait();
        }
        return events.poll();
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
        events.forEach(Frame::close);
        events.clear();
        finish();
    }

    private synchronized void put(Frame<BackboneEvent> event) {
        if (closed) {
            event.close();
            return;
        }
        events.add(event);
        notifyAll();
    }
}
