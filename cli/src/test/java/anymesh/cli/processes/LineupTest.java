// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.registry.Release;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LineupTest {
    private static final Release TWO = Release.parse("generator-image=toyworld@2.0.0");
    private static final Release THREE = Release.parse("generator-image=toyworld@3.0.0");
    private static final Group CONFIGURED = new Group.Configured("generator-image");
    private static final Candidate CANDIDATE = new Candidate(THREE, Path.of("/three"));

    @Test
    void aServiceIsItsOnlyReleaseThatRuns() {
        assertThat(lineup(2, 0).named("generator-image")).isEqualTo(CONFIGURED);
        assertThat(lineup(0, 2).named("generator-image")).isEqualTo(CANDIDATE);
        assertThat(lineup(0, 2).named("image")).isEqualTo(CANDIDATE);
    }

    @Test
    void aServiceThatSleepsIsWhatItIsConfiguredWith() {
        assertThat(new Lineup(List.of()).named("generator-image")).isEqualTo(CONFIGURED);
    }

    @Test
    void aServiceWithSeveralReleasesIsRefusedWithTheirNames() {
        assertThatThrownBy(() -> lineup(1, 1).named("generator-image")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("several releases of generator-image run; say which one: " + TWO + " or " + THREE);
    }

    @Test
    void aReleaseIsFoundWhetherItRunsOrSleeps() {
        assertThat(lineup(0, 1).named(TWO.toString())).isEqualTo(CONFIGURED);
        assertThat(lineup(1, 1).named(THREE.toString())).isEqualTo(CANDIDATE);
    }

    @Test
    void anUnknownReleaseIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> lineup(1, 1).named("generator-image=toyworld@9.0.0"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("toyworld@9.0.0'")
                .hasMessageContaining(TWO + ", " + THREE);
        assertThatThrownBy(() -> lineup(1, 1).named("generator-image=toyworld"))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("SERVICE=BUNDLE@VERSION");
    }

    @Test
    void whatIsThereAlreadyIsNotNew() {
        lineup(1, 1).requireNew(Release.parse("generator-image=toyworld@4.0.0"));
        assertThatThrownBy(() -> lineup(1, 1).requireNew(THREE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(THREE + " runs already; ./anymesh scale " + THREE + " N gives it more instances");
        assertThatThrownBy(() -> lineup(0, 1).requireNew(TWO)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sleeps; ./anymesh scale " + TWO + " N wakes it");
    }

    private static Lineup lineup(int configured, int candidates) {
        return new Lineup(List.of(new Lineup.Entry(new Group.Configured("encoder"), Optional.empty(), 1),
                new Lineup.Entry(CONFIGURED, Optional.of(TWO), configured),
                new Lineup.Entry(CANDIDATE, Optional.of(THREE), candidates)));
    }
}
