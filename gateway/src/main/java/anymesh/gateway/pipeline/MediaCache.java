// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.EmbeddingBatch;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What media came to in the backbone's input space, so that the next question about a medium needs no encoder and no input projector:
 * a chat sends all its media again with each turn. Of each caller's media apart, as who asks twice is answered sooner, and nobody else
 * is to learn from that what was asked. Those that were asked for longest ago go first. Thread-safe.
 */
public final class MediaCache implements AutoCloseable {
    private final long maxBytes;
    private final Counter hits;
    private final Counter misses;
    private final Map<Key, EmbeddingBatch> known = new LinkedHashMap<>(16, .75f, true);
    private long bytes;

    /**
     * @param caller the name of its API key; empty where there are none
     * @param sha256 of the file, as hexadecimal
     */
    record Key(String caller, String sha256, Modality modality, Release encoder, Representation representation,
            Release projector) {}

    /** @param maxBytes of embeddings; 0: it keeps nothing */
    public MediaCache(long maxBytes, MeterRegistry meters) {
        this.maxBytes = maxBytes;
        this.hits = counter("hit", meters);
        this.misses = counter("miss", meters);
        Gauge.builder("anymesh.media.cache.bytes", this, MediaCache::bytes)
                .description("embeddings of media that are kept").register(meters);
    }

    private static Counter counter(String result, MeterRegistry meters) {
        return Counter.builder("anymesh.media.cache").tag("result", result)
                .description("media whose embeddings were kept, or were not").register(meters);
    }

    boolean isOn() {
        return maxBytes > 0;
    }

    /** The one row of a medium, which the caller closes; null if it isn't kept. */
    synchronized @Nullable EmbeddingBatch find(Key key) {
        var batch = known.get(key);
        (batch == null ? misses : hits).increment();
        return batch == null ? null : batch.retain();
    }

    /** Keeps one row, of which the caller's part stays the caller's, if it is not most of what there is room for. */
    synchronized void put(Key key, EmbeddingBatch row) {
        if (row.bodyBytes() > maxBytes / 2 || known.containsKey(key)) {
            return;
        }
        known.put(key, row.retain());
        bytes += row.bodyBytes();
        for (var eldest = known.entrySet().iterator(); bytes > maxBytes;) {
            var batch = eldest.next().getValue();
            eldest.remove();
            bytes -= batch.bodyBytes();
            batch.close();
        }
    }

    private synchronized long bytes() {
        return bytes;
    }

    /** Forgets all. */
    @Override
    public synchronized void close() {
        known.values().forEach(EmbeddingBatch::close);
        known.clear();
        bytes = 0;
    }
}
