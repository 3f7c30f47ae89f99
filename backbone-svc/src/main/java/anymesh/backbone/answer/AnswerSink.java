// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import anymesh.backbone.tools.CallReader;
import java.util.List;

/** Where the parts of an answer go, in the order in which they were written. */
public interface AnswerSink {

    /**
     * More text, never empty, made of whole characters. {@code logprobs}: where they are wanted, of the tokens of which it is
     * the first; {@code tokens}: see {@link Written}.
     */
    void text(String delta, List<TokenLogprob> logprobs, List<Integer> tokens);

    /**
     * A call's name or more of its arguments. {@code tokens}: see {@link Written}.
     */
    void call(CallReader.Delta delta, List<Integer> tokens);

    /**
     * A complete run: the states of its tokens, {@code [tokens, hidden]}, row by row. The array is the sink's to keep.
     * {@code tokens}: see {@link Written}.
     */
    void signal(SignalSpec signal, float[] states, List<Integer> tokens);
}
