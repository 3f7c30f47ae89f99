// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.ElementType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KvCacheTest {
    private static final List<StateSlot> SLOTS = List.of(slot("keys", 3, 2), slot("values", 1, 4));

    private static StateSlot slot(String name, long heads, long size) {
        return new StateSlot(name, name, ElementType.FLOAT32, List.of(-1L, heads, -1L, size), 2);
    }

    /** Of each slot the number {@code 1000 head + 10 position + index}. */
    private static KvCache filled(int length) {
        var cache = new KvCache(SLOTS, RowLayout.ONE_ROW);
        cache.reset(1, length);
        for (int i = 0; i < SLOTS.size(); i++) {
            cache.tensor(i).floats().put(numbers(i, length));
        }
        return cache;
    }

    private static float[] numbers(int slot, int length) {
        int heads = Math.toIntExact(SLOTS.get(slot).axes().get(1));
        int size = Math.toIntExact(SLOTS.get(slot).axes().get(3));
        var numbers = new float[heads * length * size];
        IntStream.range(0, numbers.length).forEach(
                i -> numbers[i] = i / (length * size) * 1000 + i / size % length * 10 + i % size);
        return numbers;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 6, 7})
    void theFirstPositionsOfEachHeadAreKept(int kept) {
        var cache = filled(7);
        cache.keep(kept);
        assertThat(cache.length()).isEqualTo(kept);
        for (int i = 0; i < SLOTS.size(); i++) {
            assertThat(cache.tensor(i).shape()).containsExactly(1, SLOTS.get(i).axes().get(1), kept,
                    SLOTS.get(i).axes().get(3));
            assertThat(cache.tensor(i).toFloatArray()).containsExactly(numbers(i, kept));
        }
    }

    @Test
    void aRowThatIsCopiedLaterIsWhatWasKept() {
        var cache = filled(7);
        cache.keep(3);
        var batch = new KvCache(SLOTS, RowLayout.RIGHT_PADDED);
        batch.reset(1, 3);
        batch.copyRow(0, cache, 0, 3);
        assertThat(batch.tensor(0).toFloatArray()).containsExactly(numbers(0, 3));
    }

    @ParameterizedTest
    @CsvSource({"1, 7", "3, 7", "3, 60", "1, 200", "5, 200"})
    void whatGrowsInPlaceKeepsWhatItHas(int rows, int more) {
        var cache = new KvCache(SLOTS, RowLayout.IN_PLACE);
        cache.resize(2, 7, 0);
        cache.copyRow(0, filled(7), 0, 7);
        cache.copyRow(1, filled(7), 0, 7);

        cache.resize(rows, 7, more);

        for (int row = 0; row < Math.min(rows, 2); row++) {
            var back = new KvCache(SLOTS, RowLayout.ONE_ROW);
            back.reset(1, 7);
            back.copyRow(0, cache, row, 7);
            for (int i = 0; i < SLOTS.size(); i++) {
                assertThat(back.tensor(i).toFloatArray()).containsExactly(numbers(i, 7));
                assertThat(cache.tensor(i).size(0)).isEqualTo(rows);
                assertThat(cache.tensor(i).size(2)).as("room").isGreaterThanOrEqualTo(7 + more);
            }
        }
    }

    @Test
    void whatIsForgottenInPlaceIsOverwrittenNext() {
        var cache = new KvCache(SLOTS, RowLayout.IN_PLACE);
        cache.copyFirst(filled(7), 7);
        cache.keep(3);
        cache.grew(1);
        assertThat(cache.length()).isEqualTo(4);
        var back = new KvCache(SLOTS, RowLayout.ONE_ROW);
        back.copyFirst(cache, 3);
        assertThat(back.tensor(1).toFloatArray()).containsExactly(numbers(1, 3));
    }
}
