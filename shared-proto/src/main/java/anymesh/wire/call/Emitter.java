// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import com.google.protobuf.Message;

/** The way back to the caller. For one thread at a time. */
public interface Emitter<R extends Message> {
    /**
     * Sends a frame and closes it, whatever happens. Blocks while the caller is slow, so that a stream holds at most the
     * transport's window and not all that a model writes.
     *
     * @throws java.util.concurrent.CancellationException if nobody waits for it any more
     */
    void emit(Frame<R> frame);
}
