// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** More generators make more pictures: ratios of throughputs in one run, with a device that needs none of this machine. */
final class ScalingIT {

    @Test
    void twiceAsManyGeneratorsMakeAlmostTwiceAsMuch() throws Exception {
        var rows = ScalingBench.measure(Path.of(System.getProperty("anymesh.root")));
        assertThat(rows).as(rows.toString()).satisfiesExactly(
                one -> assertThat(one.picturesPerSecond()).isGreaterThan(3),
                two -> assertThat(two.ratio()).isGreaterThanOrEqualTo(1.8),
                four -> assertThat(four.ratio()).isGreaterThanOrEqualTo(3.4));
    }
}
