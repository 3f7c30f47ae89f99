// SPDX-License-Identifier: Apache-2.0
/**
 * Model bundles and the sessions that run them: the only package that knows ONNX Runtime and the tokenizer library.
 *
 * <p>Start here: {@link anymesh.kit.model.ModelBundle} for what is on disk, {@link anymesh.kit.model.OnnxModel} for what
 * runs. A session is owned by one worker thread; a {@link anymesh.kit.model.Tensor} by whoever made it.
 */
@NullMarked
package anymesh.kit.model;

import org.jspecify.annotations.NullMarked;
