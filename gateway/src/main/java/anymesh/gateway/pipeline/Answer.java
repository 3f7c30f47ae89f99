// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.FinishReason;
import java.util.List;

/** A finished answer: its parts in the order of the tokens that asked for them, and what it cost, call by call. */
public record Answer(List<AnswerPart> parts, FinishReason finishReason, int promptTokens, int completionTokens,
        List<StageUsage> stages) {
    public Answer {
        parts = List.copyOf(parts);
        stages = List.copyOf(stages);
    }
}
