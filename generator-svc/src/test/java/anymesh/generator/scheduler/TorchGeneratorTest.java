// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The numbers are torch 2.15's: {@code torch.randn(n, generator=torch.Generator().manual_seed(seed))}. */
class TorchGeneratorTest {

    @Test
    void seedZeroDrawsTorchsNumbers() {
        assertDraw(0, 4096, -1.1258398, -1.1523602, -0.2505786, -0.4338788, 0.8487103, 0.6920092, -0.3160128,
                -2.1152194);
    }

    @Test
    void aTailThatFillsNoBlockIsDrawnAgain() {
        assertDraw(7, 20, -0.8201345, 0.3956312, 0.8989084, -1.3884039, 0.1984451, 0.7820727, 1.0391076, -0.7245107,
                -0.8489086, -1.2169294, -0.0810216, 1.3614852, -2.0614779, 0.6741007, -1.3233457, -1.3597690,
                -0.8667016,
                -0.5640067, -2.0564625, -0.3567225);
    }

    @Test
    void fewerThanSixteenNumbersGoTorchsOtherWay() {
        assertDraw(0, 8, 1.5409961, -0.2934289, -2.1787894, 0.5684313, -1.0845224, -1.3985955, 0.4033468, 0.8380263);
    }

    @Test
    void onlyTheLow32BitsOfASeedCount() {
        assertThat(draw(5L | 77L << 32, 32)).containsExactly(draw(5, 32));
        assertThat(draw(-1, 32)).containsExactly(draw(0xFFFF_FFFFL, 32));
    }

    @Test
    void aSecondDrawGoesOnWhereTheFirstEnded() {
        var generator = new TorchGenerator(3);
        float[] first = new float[16];
        float[] second = new float[16];
        generator.fill(first);
        generator.fill(second);
        assertThat(draw(3, 32)).containsExactly(concat(first, second));
    }

    private static float[] concat(float[] first, float[] second) {
        float[] both = new float[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static float[] draw(long seed, int count) {
        float[] out = new float[count];
        new TorchGenerator(seed).fill(out);
        return out;
    }

    private static void assertDraw(long seed, int count, double... expected) {
        float[] drawn = draw(seed, count);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) drawn[i]).as("number %d", i).isEqualTo(expected[i], within(6e-7));
        }
    }
}
