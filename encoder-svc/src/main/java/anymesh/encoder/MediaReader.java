// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.model.Tensor;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Map;

/** Makes the model's inputs of one item: one tensor an input, without the row axis. Thread-safe; runs on callers' threads. */
@FunctionalInterface
interface MediaReader {

    /**
     * Throws {@link InvalidInput} if the item can't be read. What takes long ends when the call does, by
     * {@link java.util.concurrent.CancellationException}.
     */
    Map<String, Tensor> read(MediaItem item, CallContext call);
}
