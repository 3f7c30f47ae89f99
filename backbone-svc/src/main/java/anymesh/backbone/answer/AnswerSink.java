// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;

/** Where the parts of an answer go, in the order in which they were written. */
public interface AnswerSink {

    /** More text, never empty, made of whole characters. */
    void text(String delta);

    /** A complete run: the states of its tokens, {@code [tokens, hidden]}, row by row. The array is the sink's to keep. */
    void signal(SignalSpec signal, float[] states);
}
