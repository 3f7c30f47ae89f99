// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.wire.error.Overloaded;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks the machine's resolver, which blocks, and for as long as a name server that a client has chosen likes: so on threads of its
 * own, that the gateway's other blocking work does not wait for them.
 */
final class SystemLookup implements Lookup, AutoCloseable {
    private static final int IDLE_SECONDS = 10;

    private final Vertx vertx;
    private final ExecutorService threads;

    SystemLookup(Vertx vertx, int atOnce) {
        this.vertx = vertx;
        threads = new ThreadPoolExecutor(0, atOnce, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().name("fetch-names-", 0).factory());
    }

    @Override
    public Future<List<InetAddress>> addresses(String name) {
        var context = vertx.getOrCreateContext();
        Promise<List<InetAddress>> addresses = Promise.promise();
        try {
            threads.execute(() -> {
                try {
                    // A dot at its end: the name as it is, and not below the domains that this machine searches.
                    var found = List.of(InetAddress.getAllByName(name + "."));
                    context.runOnContext(_ -> addresses.complete(found));
                } catch (UnknownHostException | RuntimeException e) {
                    context.runOnContext(_ -> addresses.fail(e));
                }
            });
        } catch (RejectedExecutionException e) {
            addresses.fail(new Overloaded("The server is looking up as many hosts as it can."));
        }
        return addresses.future();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
