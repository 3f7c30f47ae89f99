// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.Overloaded;
import anymesh.wire.testing.Batches;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingBatchTest {
    private final WireMemory memory = new WireMemory("test", 1 << 20);

    @AfterEach
    void memoryClosesWithoutLeak() {
        memory.close();
    }

    @Test
    void dataIsDirectLittleEndianAndOneRowAfterTheOther() {
        try (EmbeddingBatch batch = EmbeddingBatch.allocate(memory, Batches.SPEC, 3)) {
            assertThat(batch.data().isDirect()).isTrue();
            assertThat(batch.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
            assertThat(batch.data().position()).isZero();
            assertThat(batch.data().limit()).isEqualTo(3 * 16 * 128 * 4);
            batch.row(1).putFloat(0, 42f);
            assertThat(batch.data().getFloat(16 * 128 * 4)).isEqualTo(42f);
            assertThat(batch.row(2).remaining()).isEqualTo(16 * 128 * 4);
            assertThatThrownBy(() -> batch.row(3)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 17, 128})
    void dataStartsOnA64ByteBoundary(int rows) {
        try (EmbeddingBatch batch = EmbeddingBatch.allocate(memory, Batches.SPEC, rows)) {
            assertThat(MemorySegment.ofBuffer(batch.data()).address() % 64).isZero();
        }
    }

    @Test
    void bodyIsPaddedToEightBytes() {
        EmbeddingSpec odd = new EmbeddingSpec("odd", List.of(3), DType.FLOAT16, "b", "1");
        try (EmbeddingBatch batch = EmbeddingBatch.allocate(memory, odd, 1)) {
            assertThat(batch.data().remaining()).isEqualTo(6);
            assertThat(batch.bodyBytes()).isEqualTo(8);
        }
    }

    @Test
    void lastOwnerFreesTheMemory() {
        EmbeddingBatch batch = EmbeddingBatch.allocate(memory, Batches.SPEC, 1);
        assertThat(batch.retain()).isSameAs(batch);
        batch.close();
        assertThat(memory.allocatedBytes()).isEqualTo(16 * 128 * 4);
        batch.data().putFloat(0, 1f);
        batch.close();
        assertThat(memory.allocatedBytes()).isZero();
    }

    @Test
    void closedBatchCannotBeUsed() {
        EmbeddingBatch batch = EmbeddingBatch.allocate(memory, Batches.SPEC, 1);
        batch.close();
        assertThatThrownBy(batch::data).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::retain).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(batch::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void fullMemoryRejectsInsteadOfWaiting() {
        try (EmbeddingBatch most = EmbeddingBatch.allocate(memory, Batches.SPEC, 100)) {
            assertThat(most.rows()).isEqualTo(100);
            assertThatThrownBy(() -> EmbeddingBatch.allocate(memory, Batches.SPEC, 100)).isInstanceOf(Overloaded.class)
                    .hasMessageContaining("memory test");
        }
    }

    @Test
    void releasedBlockServesTheNextBatch() {
        EmbeddingBatch first = EmbeddingBatch.allocate(memory, Batches.SPEC, 2);
        long address = MemorySegment.ofBuffer(first.data()).address();
        first.close();
        try (EmbeddingBatch second = EmbeddingBatch.allocate(memory, Batches.SPEC, 2)) {
            assertThat(MemorySegment.ofBuffer(second.data()).address()).isEqualTo(address);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, WireLimits.MAX_ROWS + 1})
    void rowsOutsideTheLimitAreRefused(int rows) {
        assertThatThrownBy(() -> EmbeddingBatch.allocate(memory, Batches.SPEC, rows))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("rows: " + rows);
    }

    @Test
    void leakIsFoundWhenMemoryCloses() {
        WireMemory leaky = new WireMemory("leaky", 1 << 20);
        EmbeddingBatch.allocate(leaky, Batches.SPEC, 1);
        assertThatThrownBy(leaky::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void specRefusesWhatCannotBeSent() {
        assertThatThrownBy(() -> spec("", List.of(1))).hasMessageContaining("space");
        assertThatThrownBy(() -> spec("s", List.of())).hasMessageContaining("axes");
        assertThatThrownBy(() -> spec("s", List.of(1, 1, 1, 1, 1, 1, 1, 1, 1))).hasMessageContaining("axes");
        assertThatThrownBy(() -> spec("s", List.of(4, 0))).hasMessageContaining("positive");
        assertThatThrownBy(() -> spec("s", List.of(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE)))
                .hasMessageContaining("shape");
    }

    private static EmbeddingSpec spec(String space, List<Integer> shape) {
        return new EmbeddingSpec(space, shape, DType.FLOAT32, "b", "1");
    }
}
