// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(3), Duration.ofMinutes(1));

    @Test
    void pausesDoubleUpToTheLongest() {
        assertThat(backoff.pause(1)).isEqualTo(Duration.ofMillis(500));
        assertThat(backoff.pause(2)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.pause(3)).isEqualTo(Duration.ofSeconds(2));
        assertThat(backoff.pause(4)).isEqualTo(Duration.ofSeconds(3));
        assertThat(backoff.pause(1_000_000)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aProcessThatRanWellBeginsAnew() {
        assertThat(backoff.failures(7, Duration.ofSeconds(59))).isEqualTo(8);
        assertThat(backoff.failures(7, Duration.ofSeconds(60))).isEqualTo(1);
    }
}
