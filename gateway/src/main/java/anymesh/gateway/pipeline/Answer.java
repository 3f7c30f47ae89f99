// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.FinishReason;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import java.util.List;

/**
 * A finished answer: its parts in the order of the tokens that asked for them, and what it cost, call by call.
 *
 * @param cachedTokens of the prompt's, which the backbone knew from an earlier request
 */
public record Answer(List<AnswerPart> parts, FinishReason finishReason, int promptTokens, int cachedTokens,
        int completionTokens, List<StageUsage> stages) {
    public Answer {
        parts = List.copyOf(parts);
        stages = List.copyOf(stages);
    }

    /** What was made of a modality, in order. */
    public List<GeneratedMedia> media(Modality modality) {
        return parts.stream().<GeneratedMedia>mapMulti((part, into) -> {
            if (part instanceof AnswerPart.Media(Modality made, GeneratedMedia media) && made == modality) {
                into.accept(media);
            }
        }).toList();
    }

    /** The log probabilities of all text, where they are wanted. */
    public List<TokenLogprob> logprobs() {
        return parts.stream().<TokenLogprob>mapMulti((part, into) -> {
            if (part instanceof AnswerPart.Text(_, var logprobs)) {
                logprobs.forEach(into);
            }
        }).toList();
    }

    /** The runs of text, in order. */
    public List<String> texts() {
        return parts.stream().<String>mapMulti((part, into) -> {
            if (part instanceof AnswerPart.Text(String text, _)) {
                into.accept(text);
            }
        }).toList();
    }
}
