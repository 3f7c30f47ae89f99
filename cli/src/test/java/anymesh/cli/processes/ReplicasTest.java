// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReplicasTest {
    @Test
    void thereIsOneOfEachUnlessSaidOtherwise() {
        var replicas = Replicas.parse(List.of("generator-image=2", "gateway=0"));
        assertThat(replicas.of("generator-image")).isEqualTo(2);
        assertThat(replicas.of("gateway")).isZero();
        assertThat(replicas.of("backbone")).isEqualTo(1);
    }

    @Test
    void aGeneratorMayBeCalledByWhatItMakes() {
        assertThat(Replicas.parse(List.of("image=2")).of("generator-image")).isEqualTo(2);
    }

    @Test
    void anUnknownServiceIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> Replicas.parse(List.of("generator=2"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'generator'").hasMessageContaining("generator-image");
    }

    @Test
    void whatIsNoNumberOfInstancesIsRefused() {
        for (var text : List.of("backbone", "backbone=", "backbone=-1", "backbone=many", "backbone=65")) {
            assertThatThrownBy(() -> Replicas.parse(List.of(text))).as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("replicas of backbone").hasMessageContaining("0 to 64");
        }
    }
}
