// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.rows.RowOutput;
import anymesh.v1.Modality;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an encoder's manifest says of each modality (docs/bundles.md). */
record EncoderManifest(Map<String, Encoder> modalities) {

    record Encoder(String model, String input, @JsonProperty("attention_mask") @Nullable String attentionMask,
            @Nullable String preprocess, @Nullable String tokenizer,
            @JsonProperty("max_length") @Nullable Integer maxLength,
            @Nullable Output features, @Nullable Output embedding) {}

    record Output(String output, String space) {
        RowOutput row() {
            return new RowOutput(output, space);
        }
    }

    EncoderManifest {
        if (modalities == null || modalities.isEmpty()) {
            throw new BundleException("modalities: the encoder has none");
        }
    }

    static Modality modality(String key) {
        return Modalities.named(key).orElseThrow(() -> new BundleException(
                "modalities: '%s' (expected: %s)".formatted(key, Modalities.names(Modalities.ALL))));
    }
}
