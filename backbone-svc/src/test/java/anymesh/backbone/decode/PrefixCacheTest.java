// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.ElementType;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PrefixCacheTest {
    private static final List<StateSlot> SLOTS = List
            .of(new StateSlot("keys", "keys", ElementType.FLOAT32, List.of(-1L, 2L, -1L, 4L), 2));
    private static final int BYTES = 2 * 4 * Float.BYTES;

    private final PrefixCache cache = new PrefixCache(() -> new KvCache(SLOTS, RowLayout.LEFT_PADDED), 10,
            200 * BYTES);
    private final KvCache restored = new KvCache(SLOTS, RowLayout.LEFT_PADDED);

    @Test
    void blocksThatItBeginsWithAreCopied() {
        keep("a", text(40));
        keep("a", LongStream.concat(LongStream.of(text(20)), LongStream.range(0, 10).map(i -> -i - 1)).toArray());
        assertThat(cache.restore("a", text(36), restored)).isEqualTo(30);
        assertThat(restored.length()).isEqualTo(30);
        // Of each head the first positions.
        assertThat(restored.tensor(0).floats().get(0)).isEqualTo(number(0, 0));
        assertThat(restored.tensor(0).floats().get(29 * 4)).isEqualTo(number(0, 29));
        assertThat(restored.tensor(0).floats().get(30 * 4)).isEqualTo(number(1, 0));
    }

    @Test
    void theLastPositionIsLeftToBeAsked() {
        keep("a", text(40));
        assertThat(cache.restore("a", text(40), restored)).isEqualTo(30);
        assertThat(cache.restore("a", text(41), restored)).isEqualTo(40);
    }

    @Test
    void whatDiffersInTheFirstBlockHasNothingInCommon() {
        keep("a", text(40));
        var other = text(40);
        other[9] = -1;
        assertThat(cache.restore("a", other, restored)).isZero();
    }

    @Test
    void nobodyIsServedWithWhatAnotherWrote() {
        keep("a", text(40));
        assertThat(cache.restore("b", text(40), restored)).isZero();
        assertThat(cache.restore("", text(40), restored)).isZero();
    }

    @Test
    void whatGoesOnReplacesWhatItGoesOnFrom() {
        keep("a", text(30));
        keep("a", text(50));
        assertThat(cache.size()).isEqualTo(1);
        keep("a", text(20));
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.restore("a", text(60), restored)).isEqualTo(50);
    }

    @Test
    void whatWasOfUseLongestAgoGoesFirst() {
        for (int caller = 0; caller < 4; caller++) {
            keep("c" + caller, text(50)); // four times 50 positions are all that there is room for
        }
        cache.restore("c0", text(50), restored);
        keep("c4", text(50));
        assertThat(cache.restore("c1", text(50), restored)).isZero();
        assertThat(cache.restore("c0", text(50), restored)).isEqualTo(40);
        assertThat(cache.size()).isEqualTo(4);
    }

    @Test
    void whatTakesMostOfTheRoomIsNotKept() {
        keep("a", text(150));
        assertThat(cache.size()).isZero();
    }

    @Test
    void withoutRoomNothingIsKept() {
        var none = new PrefixCache(() -> new KvCache(SLOTS, RowLayout.LEFT_PADDED), 10, 0);
        assertThat(none.isOn()).isFalse();
        none.keep("a", text(40), filled(40));
        assertThat(none.size()).isZero();
    }

    private void keep(String caller, long[] positions) {
        cache.keep(caller, positions, filled(positions.length + 3));
    }

    private static KvCache filled(int length) {
        var filled = new KvCache(SLOTS, RowLayout.LEFT_PADDED);
        filled.reset(1, length);
        var numbers = filled.tensor(0).floats();
        for (int head = 0; head < 2; head++) {
            for (int position = 0; position < length; position++) {
                for (int i = 0; i < 4; i++) {
                    numbers.put(number(head, position));
                }
            }
        }
        return filled;
    }

    private static float number(int head, int position) {
        return 1000 * head + position;
    }

    private static long[] text(int length) {
        return LongStream.range(0, length).map(i -> 100 + i * i % 37).toArray();
    }
}
