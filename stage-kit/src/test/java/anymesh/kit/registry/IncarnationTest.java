// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.StageDescription;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class IncarnationTest {
    @Test
    void itIsAUuidOfVersionSevenThatHoldsItsTime() {
        long millis = 1_645_557_742_000L; // the example of RFC 9562, A.6
        var made = UUID.fromString(Incarnation.at(millis));
        assertThat(made.version()).isEqualTo(7);
        assertThat(made.variant()).isEqualTo(2);
        assertThat(made.toString()).startsWith("017f22e2-79b0-7");
        assertThat(made.getMostSignificantBits() >>> 16).isEqualTo(millis);
    }

    @Test
    void noTwoAreTheSame() {
        assertThat(IntStream.range(0, 1_000).mapToObj(_ -> Incarnation.at(1)).distinct()).hasSize(1_000);
    }

    @Test
    void theEarlierOneIsTold() {
        var first = instance(Incarnation.at(1_700_000_000_000L));
        var second = instance(Incarnation.at(1_700_000_000_001L));
        assertThat(Incarnation.isEarlier(first, second)).isTrue();
        assertThat(Incarnation.isEarlier(second, first)).isFalse();
        assertThat(Incarnation.isEarlier(first, first)).isFalse();
        assertThat(Incarnation.isEarlier(instance(""), second)).as("it does not say").isFalse();
        assertThat(Incarnation.isEarlier(first, instance(""))).isFalse();
    }

    private static StageInstance instance(String incarnation) {
        return new StageInstance("one", "encoder", "127.0.0.1", 1, 0, 1, StageState.SERVING,
                StageDescription.newBuilder().setIncarnation(incarnation).build());
    }
}
