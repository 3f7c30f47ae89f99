// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.v1.FinishReason;

/** How an answer ended; {@code tokens} counts what was sampled or forced, signals and the stop token included. */
public record AnswerEnd(FinishReason reason, int tokens) {}
