// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class MediaCacheTest {
    private static final EmbeddingSpec SPEC = new EmbeddingSpec("space", List.of(4, 64), DType.FLOAT32, "b", "1");
    private static final Release ENCODER = new Release("encoder", "toyworld", "1");
    private static final Release PROJECTOR = new Release("input-projector", "toyworld", "1");

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WireMemory memory = new WireMemory("test", 1 << 20);
    private final MediaCache cache = new MediaCache(4 << 10, meters); // four rows

    @AfterEach
    void nothingIsLeft() {
        cache.close();
        memory.close();
    }

    @Test
    void whatIsKeptIsFoundAgain() {
        put("a", 1);
        try (var found = cache.find(key("a"))) {
            assertThat(found.data().asFloatBuffer().get(0)).isEqualTo(1);
        }
        assertThat(meters.counter("anymesh.media.cache", "result", "hit").count()).isEqualTo(1);
    }

    @Test
    void whatWasAskedForLongestAgoGoesFirst() {
        for (int i = 0; i < 4; i++) {
            put("m" + i, i);
        }
        cache.find(key("m0")).close();
        put("m4", 4);
        assertThat(cache.find(key("m1"))).isNull();
        cache.find(key("m0")).close();
        assertThat(meters.get("anymesh.media.cache.bytes").gauge().value()).isEqualTo(4 << 10);
    }

    @Test
    void whoStillReadsWhatGoesReadsOn() {
        put("old", 7);
        try (var held = cache.find(key("old"))) {
            for (int i = 0; i < 4; i++) {
                put("m" + i, i);
            }
            assertThat(cache.find(key("old"))).isNull();
            assertThat(held.data().asFloatBuffer().get(0)).isEqualTo(7);
        }
    }

    @Test
    void eachCallerAndReleaseHasItsOwn() {
        put("a", 1);
        var other = new Release("encoder", "toyworld", "2");
        assertThat(cache.find(key("other", "a", ENCODER, PROJECTOR))).isNull();
        assertThat(cache.find(key("", "a", other, PROJECTOR))).isNull();
        assertThat(cache.find(key("", "a", ENCODER, other))).isNull();
    }

    @Test
    void whatWouldTakeMostOfItIsNotKept() {
        var wide = new EmbeddingSpec("wide", List.of(1024), DType.FLOAT32, "b", "1");
        try (var row = EmbeddingBatch.allocate(memory, wide, 1)) {
            cache.put(key("wide"), row);
        }
        assertThat(cache.find(key("wide"))).isNull();
    }

    private void put(String sha256, float number) {
        try (var row = EmbeddingBatch.allocate(memory, SPEC, 1)) {
            row.data().asFloatBuffer().put(0, number);
            cache.put(key(sha256), row);
        }
    }

    private static MediaCache.Key key(String sha256) {
        return key("", sha256, ENCODER, PROJECTOR);
    }

    private static MediaCache.Key key(String caller, String sha256, Release encoder, Release projector) {
        return new MediaCache.Key(caller, sha256, Modality.IMAGE, encoder, Representation.FEATURES, projector);
    }
}
