// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.constraint.Document;
import anymesh.backbone.tools.OfferedTools;
import org.jspecify.annotations.Nullable;

/**
 * What an answer's text has to be, and what is to be told of it.
 *
 * @param document that it is; null if it is free
 * @param tools that it may call; null if there are none
 * @param logprobs of its tokens; null if they are not wanted
 */
public record AnswerForm(@Nullable Document document, @Nullable OfferedTools tools, @Nullable Logprobs logprobs) {
    /** Text as it comes. */
    public static final AnswerForm FREE = new AnswerForm(null, null, null);
}
