// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.ElementType;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
