// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import java.util.List;

/** A piece of an answer. Neighbouring texts are one part, so that parts of an answer alternate or are media. */
public sealed interface AnswerPart {

    /** A run of text between two media, never empty, and the log probabilities of its tokens where they are wanted. */
    record Text(String text, List<TokenLogprob> logprobs) implements AnswerPart {
        public Text {
            logprobs = List.copyOf(logprobs);
        }
    }

    /** A function that is called. {@code arguments}: JSON. */
    record Call(String id, String name, String arguments) implements AnswerPart {}

    /** One generated file. */
    record Media(Modality modality, GeneratedMedia media) implements AnswerPart {}
}
