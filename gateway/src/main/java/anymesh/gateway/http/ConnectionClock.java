// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which no request comes about: nothing is sent for too long, or a head that never ends. While a
 * request is being served its own limits hold. Vert.x knows only how long a connection is silent, whether a request is
 * being served or not, and takes a byte a second for enough. Used on the connection's event loop only.
 */
final class ConnectionClock extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<ConnectionClock> KEY = AttributeKey.valueOf(ConnectionClock.class, "clock");

    private final Channel channel;
    private final HttpLimits limits;
    private Future<?> timer;
    private boolean serving;
    private boolean headBegun;
    private @Nullable Runnable onClosed;

    private ConnectionClock(Channel channel, HttpLimits limits) {
        this.channel = channel;
        this.limits = limits;
        timer = timer(limits.connections().idleTimeout());
    }

    /** To be called with every new connection. */
    static void start(HttpConnection connection, HttpLimits limits) {
        var channel = ((ConnectionBase) connection).channel();
        var clock = new ConnectionClock(channel, limits);
        channel.attr(KEY).set(clock);
        channel.pipeline().addFirst(clock);
    }

    static ConnectionClock of(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel().attr(KEY).get();
    }

    /** A request is being served. */
    void begin() {
        serving = true;
        timer.cancel(false);
    }

    /** The answer has ended; the rest of the request may still come, for as long as a client may pause. */
    void end(HttpServerRequest request) {
        serving = false;
        if (request.isEnded()) {
            idle();
        } else {
            headBegun = true; // what still comes is no new head
            closeAfter(limits.bodyTimeout());
            request.end().onSuccess(_ -> idle());
        }
    }

    private void idle() {
        if (!serving) {
            headBegun = false;
            closeAfter(limits.connections().idleTimeout());
        }
    }

    /**
     * Closes the connection whatever is still to be written. Vert.x, which stands behind this in the pipeline, would
     * wait for the client to take that.
     */
    void cut() {
        var context = channel.pipeline().context(this);
        if (context != null) {
            var _ = context.close();
        }
    }

    /** What is run if the connection closes, for the last who asked: of what was still to be written Vert.x does not tell. */
    void whenClosed(Runnable action) {
        onClosed = action;
    }

    /** The same is not to be run any more. */
    void forget(Runnable action) {
        if (action.equals(onClosed)) {
            onClosed = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!serving && !headBegun) {
            headBegun = true;
            closeAfter(limits.connections().headTimeout());
        }
        context.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        timer.cancel(false);
        if (onClosed != null) {
            onClosed.run();
        }
        context.fireChannelInactive();
    }

    private void closeAfter(Duration time) {
        timer.cancel(false);
        if (channel.isActive()) {
            timer = timer(time);
        }
    }

    private Future<?> timer(Duration time) {
        return channel.eventLoop().schedule(this::cut, time.toMillis(), TimeUnit.MILLISECONDS);
    }
}
