// SPDX-License-Identifier: Apache-2.0
/**
 * Writing one answer, token by token: which token comes next, what of it is text, when it asks for a medium, when it
 * ends. Knows no graph, no batch and no wire; an answer depends on its own logits, sampling and seed alone.
 *
 * <p>Start here: {@link anymesh.backbone.answer.Answer}. Nothing here is thread-safe: an answer belongs to the worker
 * that decodes it.
 */
@NullMarked
package anymesh.backbone.answer;

import org.jspecify.annotations.NullMarked;
