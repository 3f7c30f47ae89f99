// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import java.util.List;

/** The choices that one request was answered with, at least one, and what they cost together. */
public record Answers(List<Answer> choices) {
    public Answers {
        choices = List.copyOf(choices);
    }

    /** Tokens of the conversation, which all choices have in common. */
    public int promptTokens() {
        return choices.getFirst().promptTokens();
    }

    /** Of these, what the backbone that wrote the first choice knew from an earlier request. */
    public int cachedTokens() {
        return choices.getFirst().cachedTokens();
    }

    /** Tokens of all choices. */
    public int completionTokens() {
        return choices.stream().mapToInt(Answer::completionTokens).sum();
    }

    /** What all of it cost, call by call; what was done once for all choices stands there once. */
    public List<StageUsage> stages() {
        return choices.stream().flatMap(choice -> choice.stages().stream()).toList();
    }
}
