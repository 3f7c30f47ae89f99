// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.Frame;
import anymesh.wire.error.InferenceFailed;
import com.google.protobuf.Message;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** A step with one answer. What a call that failed may have brought is forgotten when the next one is made. */
final class SingleAnswer<Q extends Message, R extends Message> implements StageStream<Q, R> {
    private final String service;
    private final Q request;
    private @Nullable Frame<R> frame;

    SingleAnswer(String service, Q request) {
        this.service = service;
        this.request = request;
    }

    @Override
    public Q request() {
        discard();
        return request;
    }

    @Override
    public void onFrame(Frame<R> next) {
        if (frame != null) {
            next.close();
            throw new InferenceFailed(service + " answered twice");
        }
        frame = next;
    }

    @Override
    public boolean hasBegun() {
        return false;
    }

    Future<Reply<R>> take(Served served) {
        Frame<R> taken = frame;
        return taken != null
                ? Future.succeededFuture(new Reply<>(taken, served))
                : Future.failedFuture(new InferenceFailed(service + " ended without an answer"));
    }

    void discard() {
        if (frame != null) {
            frame.close();
            frame = null;
        }
    }
}
