// SPDX-License-Identifier: Apache-2.0
/**
 * Turns a folder that onnxruntime-genai's model builder or Optimum wrote into a bundle that this service loads as it is. The graphs
 * stay as they are; what is written anew is {@code genai_config.json}, the chat template, a tokenizer that was left out, and the
 * manifest. What a graph says goes before what a config says.
 *
 * <p>Start here: {@link anymesh.backbone.imports.LanguageModelImport}.
 */
@NullMarked
package anymesh.backbone.imports;

import org.jspecify.annotations.NullMarked;
