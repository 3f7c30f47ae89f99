// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of the blocks that prompts began with, so that a prompt that begins alike is read from there on: a system prompt, or the
 * turns of a chat before the last. Whole blocks of prompts only: what is read in the same blocks rounds alike, so that an answer is to
 * the bit what it is without; what was written token by token would not be. Of each caller's apart, as who is answered sooner would
 * learn what others asked. What was of use longest ago goes first. Owned by the worker. See ADR 37.
 */
final class PrefixCache {
    private final Supplier<KvCache> make;
    private final int block;
    private final long maxBytes;
    private final Map<Text, KvCache> kept = new LinkedHashMap<>(16, .75f, true);
    /** What went last: its direct memory is used again rather than left to the collector. */
    private @Nullable KvCache spare;
    private long bytes;

    /** What a caller's sequence saw, position by position ({@link anymesh.backbone.prompt.Prompt#signature}). */
    private record Text(String caller, long[] positions) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Text(var otherCaller, var otherPositions) && caller.equals(otherCaller)
                    && Arrays.equals(positions, otherPositions);
        }

        @Override
        public int hashCode() {
            return 31 * caller.hashCode() + Arrays.hashCode(positions);
        }

        /** How many positions it has in common with another one from the first on; 0 of another caller. */
        int common(Text other) {
            if (!caller.equals(other.caller)) {
                return 0;
            }
            int mismatch = Arrays.mismatch(positions, other.positions);
            return mismatch < 0 ? positions.length : mismatch;
        }
    }

    /**
     * @param block positions that are read at once
     * @param maxBytes of keys and values; 0: it keeps nothing
     */
    PrefixCache(Supplier<KvCache> make, int block, long maxBytes) {
        this.make = make;
        this.block = block;
        this.maxBytes = maxBytes;
    }

    boolean isOn() {
        return maxBytes > 0;
    }

    /**
     * Copies the known blocks that a prompt begins with, but for its last position, which is left to be asked what it predicts.
     *
     * @return how many positions; 0 if none are known, and then nothing was copied
     */
    int restore(String caller, long[] prompt, KvCache into) {
        var wanted = new Text(caller, prompt);
        var best = kept.keySet().stream().max(Comparator.comparingInt(text -> text.common(wanted))).orElse(null);
        int common = best == null ? 0 : Math.min(best.common(wanted), prompt.length - 1) / block * block;
        var known = common == 0 ? null : kept.get(best); // which is then what was of use last
        if (known == null) {
            return 0;
        }
        into.copyFirst(known, common);
        return common;
    }

    /**
     * Keeps the blocks that a prompt begins with.
     *
     * @param positions what they are, a multiple of a block
     * @param own the first positions of its one row are these
     */
    void keep(String caller, long[] positions, KvCache own) {
        var text = new Text(caller, positions);
        for (Iterator<Map.Entry<Text, KvCache>> each = kept.entrySet().iterator(); each.hasNext();) {
            var known = each.next();
            int common = known.getKey().common(text);
            if (common == positions.length) {
                return; // it, or one that goes on from it
            }
            if (common == known.getKey().positions().length) {
                each.remove(); // this one goes on from that
                forget(known.getValue());
            }
        }
        if (own.bytes(positions.length) > maxBytes / 2) {
            return;
        }
        var cache = spare == null ? make.get() : spare;
        spare = null;
        cache.copyFirst(own, positions.length);
        kept.put(text, cache);
        bytes += cache.bytes(cache.length());
        for (var eldest = kept.values().iterator(); bytes > maxBytes;) {
            var gone = eldest.next();
            eldest.remove();
            forget(gone);
        }
    }

    private void forget(KvCache cache) {
        bytes -= cache.bytes(cache.length());
        spare = cache;
    }

    /** How many sequences are kept. */
    int size() {
        return kept.size();
    }
}
