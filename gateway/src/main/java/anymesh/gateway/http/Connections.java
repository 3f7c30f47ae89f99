// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.netty.channel.Channel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The connections of clients, and how they are taken leave of: with an answer that says {@code connection: close}. Vert.x
 * closes idle ones first and drops what arrives on them then; here a request that was on its way is still answered. The
 * gateway speaks HTTP/1 only, where a connection has one request at a time. Thread-safe.
 */
final class Connections {
    private final Set<HttpConnection> open = ConcurrentHashMap.newKeySet();
    private final Promise<Void> gone = Promise.promise();
    private volatile @Nullable Channel listener;
    private volatile boolean leaving;
    private volatile boolean hungUp;

    void opened(HttpConnection connection) {
        open.add(connection);
        connection.closeHandler(_ -> {
            open.remove(connection);
            tellIfGone();
        });
        if (connection instanceof ConnectionBase base) {
            listener = base.channel().parent();
        }
    }

    /** Has the answers from now on say that they are the last. */
    void leave() {
        leaving = true;
    }

    boolean areLeft() {
        return leaving;
    }

    /** For each request, before its answer begins. */
    void watch(RoutingContext http) {
        http.addHeadersEndHandler(_ -> {
            if (leaving) {
                http.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
        });
        http.addEndHandler(_ -> {
            if (http.response().headers().contains(HttpHeaders.CONNECTION, HttpHeaders.CLOSE, true)) {
                closeAfter(http.request());
            }
        });
        http.next();
    }

    /** Once the client has sent all of it: it would take a connection that breaks before for a failure, and read no answer. */
    private static void closeAfter(HttpServerRequest request) {
        if (request.isEnded()) {
            request.connection().close();
        } else {
            request.end().onComplete(_ -> request.connection().close());
        }
    }

    /** Takes no new ones; completes when none is left. Vert.x can't stop to listen without closing those that are there. */
    Future<Void> hangUp() {
        hungUp = true;
        var channel = listener;
        if (channel != null) {
            var _ = channel.close();
        }
        tellIfGone();
        return gone.future();
    }

    /** Closes those that are left, each after what was written to it. */
    void closeAll() {
        open.forEach(HttpConnection::close);
    }

    private void tellIfGone() {
        if (hungUp && open.isEmpty()) {
            gone.tryComplete();
        }
    }
}
