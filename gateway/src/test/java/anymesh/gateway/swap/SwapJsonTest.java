// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SwapJsonTest {
    private static final Release OLD = Release.parse("generator-image=toyworld@2.0.0");
    private static final Release NEW = Release.parse("generator-image=toyworld@3.0.0");
    private static final Release PROJECTOR = Release.parse("output-projector=toyworld@2.0.0");
    private static final Instant NOW = Instant.parse("2026-11-27T11:00:00Z");

    @Test
    void whatIsWrittenIsRead() {
        var swap = swap(new Supply(Set.of(NEW), Map.of(OLD, "/models/old"),
                Map.of(OLD, new Supply.Wanted("generator-image", 3)))).asRouted();

        assertThat(SwapJson.read(SwapJson.write(swap).encode())).isEqualTo(swap);
    }

    @Test
    void whatAGatewayHasToEndIsNotSettledBeforeThat() {
        var here = swap(new Supply(Set.of(NEW), Map.of(), Map.of(OLD, new Supply.Wanted("generator-image", 3))))
                .become(Swap.State.PROMOTED, 0, NOW, "good").asRouted();
        assertThat(here.isOver()).isTrue();
        assertThat(here.isSettled()).isFalse();
        assertThat(here.asCleared().isSettled()).isTrue();
        assertThat(here.asCleared().become(Swap.State.ROLLED_BACK, 0, NOW, "back").cleared())
                .as("the other one is left now").isFalse();

        var elsewhere = swap(Supply.NONE).become(Swap.State.PROMOTED, 0, NOW, "good").asRouted();
        assertThat(elsewhere.isSettled()).as("a supervisor ends it").isTrue();
    }

    /** Swaps of 0.1.0 said nothing of either. */
    @Test
    void whatSaysNothingOfItIsSettledWhenItIsOver() {
        var json = SwapJson.write(swap(Supply.NONE).become(Swap.State.PROMOTED, 0, NOW, "good").asRouted());
        json.remove("wanted");
        json.remove("cleared");

        assertThat(SwapJson.read(json.encode()).isSettled()).isTrue();
    }

    @Test
    void leftIsWhatTheOtherOneTookThePlaceOf() {
        var supply = new Supply(Set.of(NEW), Map.of(), Map.of());
        var swap = Swap.begin(Modality.IMAGE, Set.of(OLD, PROJECTOR), Set.of(NEW), supply, SwapOptions.defaults(), NOW,
                "a test wants it");

        assertThat(swap.become(Swap.State.PROMOTED, 0, NOW, "good").left()).containsExactly(OLD);
        assertThat(swap.become(Swap.State.ROLLED_BACK, 0, NOW, "bad").left()).containsExactly(NEW);
    }

    private static Swap swap(Supply supply) {
        return Swap.begin(Modality.IMAGE, Set.of(OLD), Set.of(NEW), supply, SwapOptions.defaults(), NOW,
                "a test wants it");
    }
}
