// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.Frame;
import com.google.protobuf.Message;

/**
 * A step as one or more calls: asked for anew if an instance fails in the middle of it. Used on the context of the request
 * only, one call at a time.
 */
public interface StageStream<Q extends Message, R extends Message> {

    /** What to ask of the next instance, given what has come so far. */
    Q request();

    /** Takes over a frame of the answer; what it throws ends the step. */
    void onFrame(Frame<R> frame);

    /** Whether something of the answer was handed on already, so that the next call goes on with it. */
    boolean hasBegun();
}
