// SPDX-License-Identifier: Apache-2.0
/**
 * The LLM backbone: t, S_X = LLM(P_X, F_T). It reads text and projected media, writes text, and asks for media by runs of
 * signal tokens, whose hidden states leave while it writes on.
 *
 * <p>Start here: {@link anymesh.backbone.BackboneStage}, then along a request: {@link anymesh.backbone.GenerateHandler},
 * {@link anymesh.backbone.prompt.PromptBuilder}, {@link anymesh.backbone.decode.DecodeLoop},
 * {@link anymesh.backbone.answer.Answer}. A request's virtual thread checks it, tokenizes it and sends its answer; one
 * worker thread owns the graphs and decodes all answers together.
 */
@NullMarked
package anymesh.backbone;

import org.jspecify.annotations.NullMarked;
