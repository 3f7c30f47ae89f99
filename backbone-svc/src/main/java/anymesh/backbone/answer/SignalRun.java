// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import java.nio.FloatBuffer;

/** A run of signal tokens being written, and the states of it that are known so far. */
final class SignalRun {
    private final SignalSpec signal;
    private final float[] states;
    private int written;
    private int filled;

    /**
     * @param written tokens of the run that are decided: all of a forced one, the first of one that is sampled
     * @param predicting the state that predicted the first token
     */
    SignalRun(SignalSpec signal, int written, float[] predicting) {
        this.signal = signal;
        this.written = written;
        this.states = new float[signal.length() * predicting.length];
        if (signal.offset() == -1) {
            System.arraycopy(predicting, 0, states, 0, predicting.length);
            filled = predicting.length;
        }
    }

    SignalSpec signal() {
        return signal;
    }

    /** All its states, {@code [tokens, hidden]}. */
    float[] states() {
        return states;
    }

    /** Takes the states of the tokens just fed, in order; those beyond the last that is needed are ignored. */
    void fed(FloatBuffer hidden) {
        int count = Math.min(hidden.remaining(), states.length - filled);
        hidden.get(hidden.position(), states, filled, count);
        filled += count;
    }

    /** Whether tokens are still to be sampled. */
    boolean isSampling() {
        return written < signal.length();
    }

    boolean continuesWith(long token) {
        return isSampling() && signal.tokens().get(written) == token;
    }

    /** Notes that the next token was sampled. */
    void continued() {
        written++;
    }

    /** Whether every token is decided and every state known. */
    boolean isComplete() {
        return !isSampling() && filled == states.length;
    }
}
