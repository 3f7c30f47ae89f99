// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;

/**
 * Receives the answer to a call. The methods run one after the other, on a network thread: they must not block, only hand
 * over. A unary call brings one frame, then the end.
 */
public interface FrameObserver<R extends Message> {
    /** Takes over a frame: closes it or passes it on. The next one of a stream is asked for when this returns. */
    void onFrame(Frame<R> frame);

    /**
     * Exactly once, and last.
     *
     * @param error null if the answer is complete; else a {@link anymesh.wire.error.MeshException}, or a
     *              {@link java.util.concurrent.CancellationException} if the context was cancelled
     */
    void onEnd(@Nullable Throwable error);
}
