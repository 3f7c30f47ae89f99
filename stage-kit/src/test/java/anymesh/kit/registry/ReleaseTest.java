// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReleaseTest {
    @Test
    void itIsReadAsItIsWritten() {
        var release = new Release("generator-image", "toyworld", "2.0.0");
        assertThat(release).hasToString("generator-image=toyworld@2.0.0");
        assertThat(Release.parse("generator-image=toyworld@2.0.0")).isEqualTo(release);
        assertThat(Release.parse("backbone=org/model@1.0-rc.1+build.5").bundle()).isEqualTo("org/model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "toyworld", "toyworld@2.0.0", "generator-image=toyworld", "generator-image=@2.0.0",
        "=toyworld@2.0.0", "generator-image=toyworld@", "a=b@c@d", "a=b=c@d", "a=b @c", " a=b@c"})
    void whatIsNoneIsRefusedByItsText(String text) {
        assertThatThrownBy(() -> Release.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'").hasMessageContaining("SERVICE=BUNDLE@VERSION");
    }
}
