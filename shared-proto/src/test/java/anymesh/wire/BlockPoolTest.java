// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.arrow.memory.ArrowBuf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockPoolTest {
    @ParameterizedTest
    @CsvSource({"1,64", "64,64", "65,128", "300,320", "1000,1024", "1025,1280", "237000,262144", "4194304,4194304",
        "4194305,5242880"})
    void sizesAreRoundedToQuarterSteps(long bytes, long rounded) {
        assertThat(BlockPool.roundedSize(bytes)).isEqualTo(rounded);
    }

    @ParameterizedTest
    @ValueSource(longs = {257, 1_000_003, 33_554_433, 67_108_863})
    void roundingWastesAtMostAQuarter(long bytes) {
        assertThat(BlockPool.roundedSize(bytes)).isBetween(bytes, bytes + bytes / 4 + 64);
    }

    @Test
    void idleBlocksOfOneSizeDoNotKeepOutAnother() {
        try (WireMemory memory = new WireMemory("test", 4 << 20)) { // keeps a quarter of it
            try (ArrowBuf first = memory.allocate(1 << 20)) {
                assertThat(first.memoryAddress() % 64).isZero();
            }
            long address;
            try (ArrowBuf other = memory.allocate(500_000)) {
                address = other.memoryAddress();
            }
            try (ArrowBuf again = memory.allocate(500_000)) {
                assertThat(again.memoryAddress()).isEqualTo(address);
            }
        }
    }

    @Test
    void blockLargerThanThePoolIsFreedAtOnce() {
        try (WireMemory memory = new WireMemory("test", 4 << 20);
                ArrowBuf large = memory.allocate(3 << 20)) {
            assertThat(large.capacity()).isEqualTo(3 << 20);
        }
    }
}
