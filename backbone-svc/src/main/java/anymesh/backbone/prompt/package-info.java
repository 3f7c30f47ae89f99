// SPDX-License-Identifier: Apache-2.0
/**
 * From a request to what the decoder is fed first: turns become token ids and media embeddings in one sequence, and a
 * request's wishes are checked against what the bundle can do. Turns are written between fixed pieces or by a chat template. No graph runs here; every refusal comes before the queue.
 *
 * <p>Start here: {@link anymesh.backbone.prompt.PromptBuilder}, {@link anymesh.backbone.prompt.RequestOptions}.
 * Everything is immutable and may be used by any thread.
 */
@NullMarked
package anymesh.backbone.prompt;

import org.jspecify.annotations.NullMarked;
