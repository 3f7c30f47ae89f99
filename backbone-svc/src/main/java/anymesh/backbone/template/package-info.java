// SPDX-License-Identifier: Apache-2.0
/**
 * Chat templates as Hugging Face's transformers executes them: Jinja2 in its sandbox, with Python's values. ADR 30 says why
 * this is not a library.
 *
 * <p>Source becomes tokens ({@code Lexer}), a tree ({@code Parser}, {@code ExpressionParser}), and text ({@code Renderer},
 * {@code Evaluator}). A template sees the values that it is given and nothing of Java; what it may take of time and memory is counted
 * ({@code Budget}). {@link anymesh.backbone.template.Text} knows which of its characters came from a caller.
 *
 * <p>Start here: {@link anymesh.backbone.template.ChatTemplate}. Templates are immutable and may be used by any thread; a rendering
 * belongs to one.
 */
@NullMarked
package anymesh.backbone.template;

import org.jspecify.annotations.NullMarked;
