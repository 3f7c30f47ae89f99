// SPDX-License-Identifier: Apache-2.0
/**
 * Writes the {@code tokenizer.json} that an export left out, from the vocabulary files that it has, so that a text has the ids that
 * transformers (5.24) gives it. What transformers does is in {@code convert_slow_tokenizer.py}, {@code tokenization_utils_tokenizers.py}
 * and its tokenizer classes; a class whose ids are made in another way is refused, since wrong ids are wrong in silence.
 *
 * <p>Start here: {@link anymesh.kit.imports.tokenizer.TokenizerRepair}.
 */
@NullMarked
package anymesh.kit.imports.tokenizer;

import org.jspecify.annotations.NullMarked;
