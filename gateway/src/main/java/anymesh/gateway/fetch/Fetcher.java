// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.Overloaded;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Fetches what requests name by URLs, if it is switched on: {@link Fetch} is the way of one. Thread-safe. */
public final class Fetcher implements AutoCloseable {
    private static final int MAX_HEAD = 32 << 10;

    private final Vertx vertx;
    private final FetchConfig config;
    private final Lookup lookup;
    private final Function<PublicAddress, SocketAddress> doors;
    private final HttpClient client;
    private final Runnable close;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * Tests have a door on loopback that stands for a public address, and a server that nobody else trusts. What is public is
     * theirs to say no more than anybody's.
     *
     * @param doors where an address is connected to
     */
    Fetcher(Vertx vertx, FetchConfig config, Lookup lookup, Function<PublicAddress, SocketAddress> doors,
            HttpClientOptions options, Runnable close) {
        this.vertx = vertx;
        this.config = config;
        this.lookup = lookup;
        this.doors = doors;
        this.close = close;
        // A connection for each file, whose end ends it; nothing is packed, nothing is followed, nobody is in between.
        client = vertx.createHttpClient(
                options.setSsl(true).setVerifyHost(true).setTrustAll(false).setProtocolVersion(HttpVersion.HTTP_1_1)
                        .setUseAlpn(false).setKeepAlive(false).setDecompressionSupported(false)
                        .setMaxHeaderSize(MAX_HEAD),
                new PoolOptions().setHttp1MaxSize(config.maxConcurrent()));
    }

    public static Fetcher open(Vertx vertx, FetchConfig config) {
        var lookup = new SystemLookup(vertx, config.maxConcurrent());
        return new Fetcher(vertx, config, lookup,
                address -> SocketAddress.inetSocketAddress(new InetSocketAddress(address.address(), WebUrl.PORT)),
                new HttpClientOptions(), lookup::close);
    }

    /** Whether URLs are fetched at all. */
    public boolean isOn() {
        return config.enabled();
    }

    /**
     * Fetches one file; to be called on an event loop. Fails with {@link FetchFailed} where the URL is at fault, with what the room
     * throws, or as the call has ended.
     */
    public Future<BodyBytes> fetch(Link link, Room room, CallContext call) {
        if (!isOn()) {
            return Future.failedFuture(new FetchFailed("this server fetches no URLs."));
        }
        if (underWay.incrementAndGet() > config.maxConcurrent()) {
            underWay.decrementAndGet();
            return Future.failedFuture(new Overloaded("The server is fetching as many URLs as it can."));
        }
        return new Fetch(vertx, config, this, link, room, call).start().onComplete(_ -> underWay.decrementAndGet());
    }

    Lookup lookup() {
        return lookup;
    }

    HttpClient client() {
        return client;
    }

    SocketAddress door(PublicAddress address) {
        return doors.apply(address);
    }

    @Override
    public void close() {
        client.close();
        close.run();
    }
}
