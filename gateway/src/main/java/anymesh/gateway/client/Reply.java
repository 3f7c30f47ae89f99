// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.Frame;
import com.google.protobuf.Message;

/** One answer, and who gave it. The frame is the receiver's to close. */
public record Reply<R extends Message>(Frame<R> frame, Served served) {
    /** The answer without its embeddings. */
    public R header() {
        return frame.header();
    }
}
