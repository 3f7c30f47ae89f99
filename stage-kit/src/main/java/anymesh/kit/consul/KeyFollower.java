// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.store.Backoff;
import anymesh.kit.store.Document;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the keys below a prefix by blocking queries. Everything here runs in one Vert.x context. */
final class KeyFollower {
    private static final Logger log = LoggerFactory.getLogger(KeyFollower.class);
    private static final int WAIT_SECONDS = 30;
    private static final long TIMEOUT_MILLIS = 34_000;

    private final Vertx vertx;
    private final String prefix;
    private final ConsulKeys keys;
    private final Consumer<List<Document>> listener;
    private @Nullable List<Document> told;
    private int failures;
    private volatile boolean isClosed;

    /** Takes over {@code keys}: a query that waits has a connection for itself. */
    KeyFollower(Vertx vertx, String prefix, ConsulKeys keys, Consumer<List<Document>> listener) {
        this.vertx = vertx;
        this.prefix = prefix;
        this.keys = keys;
        this.listener = listener;
    }

    void start() {
        vertx.getOrCreateContext().runOnContext(_ -> poll(0));
    }

    private void poll(long index) {
        if (isClosed) {
            return;
        }
        keys.list(prefix, index, WAIT_SECONDS, TIMEOUT_MILLIS).onSuccess(listing -> {
            take(listing.documents());
            // Lower than before: Consul was begun anew.
            poll(listing.index() < index ? 0 : listing.index());
        }).onFailure(this::lose);
    }

    private void take(List<Document> documents) {
        if (failures > 0) {
            log.info("prefix={} Consul is back", prefix);
        }
        failures = 0;
        if (!isClosed && !documents.equals(told)) {
            told = documents;
            listener.accept(documents);
        }
    }

    private void lose(Throwable e) {
        if (isClosed) {
            return;
        }
        if (failures++ == 0) {
            log.warn("prefix={} Consul cannot be asked, what it said last holds: {}", prefix,
                    String.valueOf(e.getMessage()).strip());
        }
        vertx.setTimer(Backoff.millis(failures), _ -> poll(0));
    }

    void close() {
        isClosed = true;
        keys.close();
    }
}
