// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.kit.registry.StageInstance;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.error.InferenceFailed;
import com.google.protobuf.Message;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import org.jspecify.annotations.Nullable;

/**
 * Calls stages. Every call takes over its request frame, ends when {@code call} is cancelled, and delivers on the Vert.x
 * context that it was made from, so that a request's own state needs no locks. Errors name the stage and keep the
 * stage's reason only where it is meant for clients.
 */
public final class StageClient {
    private final Vertx vertx;
    private final StageChannels channels;
    private final StageMethods methods;

    public StageClient(Vertx vertx, StageChannels channels, StageMethods methods) {
        this.vertx = vertx;
        this.channels = channels;
        this.methods = methods;
    }

    /** The methods that stages offer. */
    public StageMethods methods() {
        return methods;
    }

    /** A call with one answer. The frame is the receiver's to close. */
    public <Q extends Message, R extends Message> Future<Frame<R>> ask(StageInstance stage,
            MethodDescriptor<Frame<Q>, Frame<R>> method, CallContext call, Frame<Q> request) {
        var answer = new SingleAnswer<R>(stage.service());
        return listen(stage, method, call, request, answer::accept).transform(ended -> {
            if (ended.failed()) {
                answer.discard();
                return Future.failedFuture(ended.cause());
            }
            return answer.take();
        });
    }

    /**
     * A call with many answers, each of them {@code onFrame}'s to close. The future completes after the last; if
     * {@code onFrame} throws, the call is cancelled and the future fails with what it threw.
     */
    public <Q extends Message, R extends Message> Future<Void> listen(StageInstance stage,
            MethodDescriptor<Frame<Q>, Frame<R>> method, CallContext call, Frame<Q> request,
            Handler<Frame<R>> onFrame) {
        var observer = new ContextObserver<R>(stage.service(), vertx.getOrCreateContext(), call, onFrame);
        Channel channel;
        try {
            channel = channels.to(stage);
        } catch (RuntimeException e) {
            request.close();
            return Future.failedFuture(e);
        }
        FrameClient.call(channel, method, call, request, observer);
        return observer.ended();
    }

    private static final class SingleAnswer<R extends Message> {
        private final String service;
        private @Nullable Frame<R> frame;

        SingleAnswer(String service) {
            this.service = service;
        }

        void accept(Frame<R> next) {
            if (frame != null) {
                next.close();
                throw new InferenceFailed(service + " answered twice");
            }
            frame = next;
        }

        Future<Frame<R>> take() {
            Frame<R> taken = frame;
            return taken != null
                    ? Future.succeededFuture(taken)
                    : Future.failedFuture(new InferenceFailed(service + " ended without an answer"));
        }

        void discard() {
            if (frame != null) {
                frame.close();
            }
        }
    }
}
