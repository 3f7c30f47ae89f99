// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.bundle.GenaiConfig.Search;
import anymesh.kit.model.BundleException;
import org.junit.jupiter.api.Test;

class SamplingDefaultsTest {

    @Test
    void whatIsLeftOutChangesNothing() {
        var none = SamplingDefaults.of(null, 64);
        assertThat(none).isEqualTo(SamplingDefaults.of(new Search(null, 0.7f, null, null, null, null, null), 64));
        assertThat(none).isEqualTo(new SamplingDefaults(0, 0, 1, 0, 1, 64));
    }

    @Test
    void whatASearchSaysIsKeptWithinTheContext() {
        var defaults = SamplingDefaults.of(new Search(true, 0.7f, 20, 0.8f, 0.05f, 1.1f, 32), 64);
        assertThat(defaults).isEqualTo(new SamplingDefaults(0.7f, 20, 0.8f, 0.05f, 1.1f, 32));
        assertThat(SamplingDefaults.of(new Search(true, null, null, null, null, null, 128), 64).maxLength())
                .isEqualTo(64);
    }

    @Test
    void whatIsOutOfRangeIsRefusedByItsKey() {
        assertThatThrownBy(() -> SamplingDefaults.of(new Search(true, 3f, null, null, null, null, null), 64))
                .isInstanceOf(BundleException.class).hasMessageContaining("search.temperature: 3.0");
        assertThatThrownBy(() -> SamplingDefaults.of(new Search(true, null, -1, null, null, null, null), 64))
                .isInstanceOf(BundleException.class).hasMessageContaining("search.top_k");
        assertThatThrownBy(() -> SamplingDefaults.of(new Search(true, null, null, null, 2f, null, null), 64))
                .isInstanceOf(BundleException.class).hasMessageContaining("search.min_p");
        assertThatThrownBy(() -> SamplingDefaults.of(new Search(true, null, null, null, null, 0f, null), 64))
                .isInstanceOf(BundleException.class).hasMessageContaining("search.repetition_penalty");
    }
}
