// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import org.junit.jupiter.api.Test;

/** Which packets of a film are unpacked for which frames. */
final class PacketsTest {

    @Test
    void framesAreInTheOrderInWhichTheyAreShown() {
        assertThat(packets("0K 3 1 2 6K 5 4").inOrder()).containsExactly(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void whatTheFileCutsAwayIsNoFrame() {
        assertThat(packets("0KD 1D 2 3").inOrder()).containsExactly(2, 3);
    }

    @Test
    void aListThatIsNoneIsEmpty() {
        assertThat(packets("0K N/A 2").inOrder()).isEmpty();
        assertThat(packets("0K 1 1").inOrder()).isEmpty();
    }

    @Test
    void aFrameIsUnpackedFromItsKeyFrameOn() {
        var runs = packets("0K 1 2 3K 4 5 6K 7 8").runsFor(new long[]{1, 7});
        assertThat(runs).extracting(Packets.Run::from).containsExactly(0, 6);
        assertThat(runs).extracting(Packets.Run::to).containsExactly(2, 8);
        assertThat(runs.get(1).wanted()).containsExactly(7);
    }

    @Test
    void runsThatMeetAreOne() {
        var runs = packets("0K 1 2K 3 4K").runsFor(new long[]{1, 3});
        assertThat(runs).hasSize(1);
        assertThat(runs.getFirst().wanted()).containsExactly(1, 3);
        assertThat(runs.getFirst().size()).isEqualTo(4);
    }

    /** 4 and 5 lie behind the key frame 6 and are shown before it: an open group of pictures. */
    @Test
    void aFrameThatLeadsItsKeyFrameNeedsTheOneBefore() {
        var run = packets("0K 3 1 2 6K 4 5 7").runsFor(new long[]{5}).getFirst();
        assertThat(run.from()).isZero();
        assertThat(run.to()).isEqualTo(7);
    }

    @Test
    void aStreamSpansWhatItsPacketsSpan() {
        assertThat(packets("10K 12 11").span()).isEqualTo(3);
        assertThat(packets("").span()).isZero();
    }

    /** Times, each of one tick, with K for a key frame and D for one that is not shown. */
    private static Packets packets(String times) {
        var packets = new Packets();
        for (var time : times.split(" ", -1)) {
            if (!time.isEmpty()) {
                var packet = new HashMap<String, String>();
                packet.put("pts", time.replaceAll("[KD]", ""));
                packet.put("duration", "1");
                packet.put("flags", (time.contains("K") ? "K" : "_") + (time.endsWith("D") ? "D_" : "__"));
                packets.add(packet);
            }
        }
        return packets;
    }
}
