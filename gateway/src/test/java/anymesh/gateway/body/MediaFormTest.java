// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.catalogue.Modalities;
import anymesh.wire.WireLimits;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MediaFormTest {
    @Test
    void everyMediumHasOne() {
        assertThat(Arrays.stream(MediaForm.values()).map(MediaForm::modality)).isEqualTo(Modalities.MEDIA);
        assertThat(Modalities.MEDIA).allSatisfy(medium -> {
            var form = MediaForm.of(medium);
            assertThat(form.modality()).isEqualTo(medium);
            assertThat(MediaForm.ofUrlPart(Modalities.name(medium) + "_url")).contains(form);
            assertThat(form.maxBytes()).isBetween(1 << 20, WireLimits.MAX_MEDIA_BYTES);
            assertThat(form.contentTypes()).contains(Modalities.name(medium) + "/*");
        });
        assertThat(MediaForm.ofUrlPart("text")).isEmpty();
        assertThat(MediaForm.ofUrlPart("text_url")).isEmpty();
    }
}
