// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Schemas seen lately, in both directions. A stage meets a handful of them, over and over, and reading one costs more
 * than all else that is done to the header of a message. Each entry has one place where it can be, so a peer that sends
 * ever new schemas evicts entries and does no more.
 */
final class SchemaCache {
    private static final int PLACES = 64;
    /** Longer ones are not ours. */
    private static final int MAX_BYTES = 4096;

    private final AtomicReferenceArray<@Nullable Entry> bySchema = new AtomicReferenceArray<>(PLACES);
    private final AtomicReferenceArray<@Nullable Entry> bySpec = new AtomicReferenceArray<>(PLACES);

    private record Entry(byte[] schema, EmbeddingSpec spec) {}

    @Nullable
    EmbeddingSpec specOf(byte[] schema) {
        Entry entry = bySchema.get(place(Arrays.hashCode(schema)));
        return entry != null && Arrays.equals(entry.schema, schema) ? entry.spec : null;
    }

    byte @Nullable [] schemaOf(EmbeddingSpec spec) {
        Entry entry = bySpec.get(place(spec.hashCode()));
        return entry != null && entry.spec.equals(spec) ? entry.schema : null;
    }

    void read(byte[] schema, EmbeddingSpec spec) {
        if (schema.length <= MAX_BYTES) {
            bySchema.set(place(Arrays.hashCode(schema)), new Entry(schema, spec));
        }
    }

    void written(byte[] schema, EmbeddingSpec spec) {
        bySpec.set(place(spec.hashCode()), new Entry(schema, spec));
    }

    private static int place(int hash) {
        return (hash ^ (hash >>> 16)) & (PLACES - 1);
    }
}
