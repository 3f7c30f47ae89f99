// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.call.Registration;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which no request comes about: nothing is sent or taken for too long, a head never ends, or the rest
 * of a body that has been answered is too slow or too long. While a request is being served its own limits hold. Vert.x
 * knows only how long a connection is silent, whether a request is being served or not, and takes a byte a second for
 * enough. Used on the connection's event loop only.
 */
final class ConnectionClock extends ChannelDuplexHandler {
    private enum State {
        SERVING, REST_OF_BODY, IDLE, HEAD, REFUSED
    }

    /** How many times the limit of a body the rest of one may go on that has been answered. */
    private static final int PATIENCE = 4;
    /** How long a client that was refused has to be silent before it is taken to have read the answer. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    private static final AttributeKey<ConnectionClock> KEY = AttributeKey.valueOf(ConnectionClock.class, "clock");

    private final Vertx vertx;
    private final Channel channel;
    private final HttpLimits limits;
    private State state = State.IDLE;
    private Registration timer;
    /** Of a body that has been answered. */
    private @Nullable Pace rest;
    private long restBytes;
    /** Until when what a refused client still sends is read, by System.nanoTime(). */
    private long refusedUntil;
    private boolean isToldTheEnd;
    private @Nullable Runnable onClosed;

    private ConnectionClock(Vertx vertx, Channel channel, HttpLimits limits) {
        this.vertx = vertx;
        this.channel = channel;
        this.limits = limits;
        timer = timer(limits.connections().idleTimeout());
    }

    /** To be called with every new connection. */
    static void start(Vertx vertx, HttpConnection connection, HttpLimits limits) {
        var channel = ((ConnectionBase) connection).channel();
        var clock = new ConnectionClock(vertx, channel, limits);
        channel.attr(KEY).set(clock);
        channel.pipeline().addFirst(clock);
    }

    static ConnectionClock of(HttpServerRequest request) {
        return ((ConnectionBase) request.connection()).channel().attr(KEY).get();
    }

    /** A request is being served. */
    void begin() {
        state = State.SERVING;
        rest = null;
        timer.close();
    }

    /** The answer has been written. The rest of its request may still come: many clients read none before they have sent it. */
    void end(HttpServerRequest request) {
        if (request.isEnded()) {
            idle();
            return;
        }
        state = State.REST_OF_BODY;
        restBytes = 0;
        rest = limits.pace();
        timer.close();
        timer = rest.watch(vertx, this::hangUp);
        request.end().onSuccess(_ -> {
            if (state == State.REST_OF_BODY) {
                idle();
            }
        });
    }

    /**
     * What came is not HTTP, and will be answered so. Whatever else the client sends is dropped, until it hangs up, is silent, or has
     * gone on for the time that a head may take: were the connection closed at once, one that is still sending would be told that
     * it broke before it reads the answer.
     */
    void refuse() {
        state = State.REFUSED;
        rest = null;
        refusedUntil = System.nanoTime() + limits.connections().headTimeout().toNanos();
        channel.config().setAutoRead(true);
        closeAfter(LINGER);
    }

    private void idle() {
        state = State.IDLE;
        rest = null;
        closeAfter(limits.connections().idleTimeout());
    }

    /**
     * Closes the connection of a client that takes its answer too slowly, whatever is still to be written. The system forgets it
     * too: else it would keep what it has taken, megabytes, for as long as the client likes.
     */
    void cut() {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        hangUp();
    }

    /** Closes the connection; what the system has taken it still sends. Vert.x, which stands behind this in the pipeline, would wait for more. */
    private void hangUp() {
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
        if (state == State.REFUSED) {
            ReferenceCountUtil.release(message);
            if (System.nanoTime() - refusedUntil > 0) {
                hangUp();
            } else {
                closeAfter(LINGER);
            }
            return;
        }
        if (state == State.IDLE) {
            state = State.HEAD;
            closeAfter(limits.connections().headTimeout());
        } else if (rest != null && message instanceof ByteBuf bytes) {
            rest.moved(bytes.readableBytes());
            restBytes += bytes.readableBytes();
            if (restBytes > (long) PATIENCE * limits.maxBodyBytes()) {
                ReferenceCountUtil.release(message);
                hangUp();
                return;
            }
        }
        context.fireChannelRead(message);
    }

    /** An answer that ended may take its client long, for as long as the client goes on taking it ({@link Delivery}). */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        var _ = context.write(message, promise.unvoid().addListener(_ -> {
            if (state == State.IDLE) {
                idle();
            }
        }));
    }

    /** Vert.x closes where it has answered what it can't read; the client is told so, and heard out. */
    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        if (state != State.REFUSED || isToldTheEnd || !(channel instanceof DuplexChannel both)) {
            var _ = context.close(promise);
            return;
        }
        isToldTheEnd = true;
        var _ = both.shutdownOutput();
        channel.closeFuture().addListener(_ -> promise.trySuccess());
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        timer.close();
        if (onClosed != null) {
            onClosed.run();
        }
        context.fireChannelInactive();
    }

    private void closeAfter(Duration time) {
        timer.close();
        if (channel.isActive()) {
            timer = timer(time);
        }
    }

    private Registration timer(Duration time) {
        var end = channel.eventLoop().schedule(this::hangUp, time.toMillis(), TimeUnit.MILLISECONDS);
        return () -> end.cancel(false);
    }
}
