// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HalvesTest {
    private final List<Integer> done = new ArrayList<>();
    private final Map<Integer, String> failed = new LinkedHashMap<>();
    private int runs;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 16})
    void eachCulpritFailsForItselfAndTheOthersAreDoneOnce(int size) {
        var items = IntStream.range(0, size).boxed().toList();
        for (var culprits : List.of(Set.<Integer>of(), Set.of(0), Set.of(size - 1), Set.of(0, size / 2 + 1),
                Set.copyOf(items))) {
            done.clear();
            failed.clear();
            runs = 0;

            Halves.run(items, some -> {
                runs++;
                for (int item : some) {
                    if (culprits.contains(item)) {
                        throw new OutOfMemoryError("for " + item);
                    }
                }
                done.addAll(some);
            }, (item, why) -> failed.put(item, why.getMessage()));

            assertThat(done).containsExactlyElementsOf(items.stream().filter(i -> !culprits.contains(i)).toList());
            assertThat(failed.keySet()).containsExactlyElementsOf(items.stream().filter(culprits::contains).toList());
            failed.forEach((item, why) -> assertThat(why).isEqualTo("for " + item));
            assertThat(runs).isLessThan(2 * size);
        }
    }
}
