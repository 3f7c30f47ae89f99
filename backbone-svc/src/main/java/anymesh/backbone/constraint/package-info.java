// SPDX-License-Identifier: Apache-2.0
/**
 * Answers of an enforced form: a JSON Schema becomes a grammar, and of each step's tokens those are let through after which the
 * document can still be completed. Knows no model, only logits and the bytes of tokens (ADR 27).
 *
 * <p>Start here: {@link anymesh.backbone.constraint.Schema}, {@link anymesh.backbone.constraint.Document}. Schemas and the trie
 * of tokens are immutable; a document belongs to the worker that decodes its answer.
 */
@NullMarked
package anymesh.backbone.constraint;

import org.jspecify.annotations.NullMarked;
