// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpecBuilder;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ObservationTest {
    private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
    private final Observation observation = new Observation();

    private static LeaseSpec renewedAt(Instant time) {
        return new LeaseSpecBuilder().withHolderIdentity("one").withLeaseDurationSeconds(15)
                .withRenewTime(time.atZone(ZoneOffset.UTC)).build();
    }

    private boolean isDead(LeaseSpec spec, long second) {
        return observation.isDead(spec, TimeUnit.SECONDS.toNanos(second), NOON.plusSeconds(second));
    }

    @Test
    void whatDoesNotChangeForItsTimeIsDeadWhateverItsClockSays() {
        var spec = renewedAt(NOON.plusSeconds(3_600)); // an hour fast
        assertThat(isDead(spec, 0)).isFalse();
        assertThat(isDead(spec, 15)).isFalse();
        assertThat(isDead(spec, 17)).isTrue();
    }

    @Test
    void whatChangesLivesEvenIfItsClockIsALittleSlow() {
        for (int second = 0; second < 60; second += 2) {
            assertThat(isDead(renewedAt(NOON.plusSeconds(second - 9)), second)).as("second %d", second).isFalse();
        }
    }

    @Test
    void whatWasRenewedLongAgoIsDeadAtTheFirstLook() {
        assertThat(isDead(renewedAt(NOON.minusSeconds(24)), 0)).isFalse();
        assertThat(isDead(renewedAt(NOON.minusSeconds(26)), 0)).isTrue();
    }

    @Test
    void whatNobodyHoldsIsFree() {
        assertThat(isDead(new LeaseSpec(), 0)).isTrue();
    }
}
