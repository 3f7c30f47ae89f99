// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameObserver;
import com.google.protobuf.Message;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import org.jspecify.annotations.Nullable;

/**
 * Brings a call's frames from gRPC's threads to a Vert.x context, in order. After the handler has thrown, what still
 * arrives is closed unseen. All fields are used on the context only.
 */
final class ContextObserver<R extends Message> implements FrameObserver<R> {
    private final String service;
    private final Context context;
    private final CallContext call;
    private final Handler<Frame<R>> onFrame;
    private final Promise<Void> ended = Promise.promise();
    private @Nullable Throwable thrown;

    ContextObserver(String service, Context context, CallContext call, Handler<Frame<R>> onFrame) {
        this.service = service;
        this.context = context;
        this.call = call;
        this.onFrame = onFrame;
    }

    Future<Void> ended() {
        return ended.future();
    }

    @Override
    public void onFrame(Frame<R> frame) {
        context.runOnContext(_ -> deliver(frame));
    }

    private void deliver(Frame<R> frame) {
        if (thrown != null) {
            frame.close();
            return;
        }
        try {
            onFrame.handle(frame);
        } catch (Throwable e) { // memory that ran out too: what follows would be told as if nothing were missing
            thrown = e;
            call.cancel();
        }
    }

    @Override
    public void onEnd(@Nullable Throwable error) {
        context.runOnContext(_ -> end(error));
    }

    private void end(@Nullable Throwable error) {
        if (thrown != null) {
            ended.fail(thrown);
        } else if (error != null) {
            ended.fail(StageFailures.named(service, error));
        } else {
            ended.complete();
        }
    }
}
