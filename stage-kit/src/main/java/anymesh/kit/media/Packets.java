// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/** The packets of one stream in the order in which they lie in the file: when each is shown, in the stream's ticks. */
final class Packets {
    private static final String NOT_SAID = "N/A";

    private long[] times = new long[16];
    private final BitSet keys = new BitSet();
    /** Cut away by the file itself: they are decoded, and not shown. */
    private final BitSet unseen = new BitSet();
    private int count;
    private boolean allTimed = true;
    private long start = Long.MAX_VALUE;
    private long end = Long.MIN_VALUE;

    /** As ffprobe tells of one: {@code pts}, {@code duration}, and {@code flags} such as {@code K__}. */
    void add(Map<String, String> packet) {
        var flags = packet.getOrDefault("flags", "");
        var time = packet.getOrDefault("pts", NOT_SAID);
        if (count == times.length) {
            times = Arrays.copyOf(times, 2 * count);
        }
        if (flags.startsWith("K")) {
            keys.set(count);
        }
        if (flags.contains("D")) {
            unseen.set(count);
        }
        if (time.equals(NOT_SAID)) {
            allTimed = false;
            count++;
            return;
        }
        long shown = Long.parseLong(time);
        times[count++] = shown;
        start = Math.min(start, shown);
        end = Math.max(end, shown + Long.parseLong(packet.getOrDefault("duration", "0").replace(NOT_SAID, "0")));
    }

    int count() {
        return count;
    }

    /** From the first one's beginning to the last one's end, in ticks; 0 if they don't say when they are. */
    long span() {
        return start > end ? 0 : end - start;
    }

    /** When each that is shown is shown, in order; empty if some don't say, or two are shown at once. */
    long[] inOrder() {
        var sorted = IntStream.range(0, count).filter(i -> !unseen.get(i)).mapToLong(i -> times[i]).sorted().toArray();
        boolean twice = IntStream.range(1, sorted.length).anyMatch(i -> sorted[i] == sorted[i - 1]);
        return allTimed && !twice ? sorted : new long[0];
    }

    /** The runs of packets that hold the frames of these times, each from a key frame on, as few as there can be. */
    List<Run> runsFor(long[] wanted) {
        var needed = new BitSet(count);
        var holds = new BitSet(count);
        for (int i = 0; i < count; i++) {
            if (Arrays.binarySearch(wanted, times[i]) >= 0) {
                int from = keys.previousSetBit(i);
                while (from > 0 && times[from] > times[i]) {
                    from = keys.previousSetBit(from - 1); // a frame that leads its key frame leans on the one before too
                }
                needed.set(Math.max(0, from), i + 1);
                holds.set(i);
            }
        }
        var runs = new ArrayList<Run>();
        for (int from = needed.nextSetBit(0); from >= 0;) {
            int to = needed.nextClearBit(from);
            runs.add(new Run(from, to, holds.get(from, to).stream().mapToLong(at(from)).sorted().toArray()));
            from = needed.nextSetBit(to);
        }
        return runs;
    }

    /** All of them. */
    Run all(long[] wanted) {
        return new Run(0, count, wanted);
    }

    private IntToLongFunction at(int from) {
        return i -> times[from + i];
    }

    /**
     * Packets that follow each other.
     *
     * @param from   the first one
     * @param to     the one behind the last
     * @param wanted when the frames are shown that are looked for, in order
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Run(int from, int to, long[] wanted) {
        int size() {
            return to - from;
        }
    }
}
