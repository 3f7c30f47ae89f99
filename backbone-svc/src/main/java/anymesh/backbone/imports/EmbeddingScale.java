// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.JsonKeys;
import java.util.Optional;

/**
 * What a model multiplies its embeddings by. The builder does it between the lookup and the first layer, so that a decoder
 * without the lookup does not do it.
 */
final class EmbeddingScale {
    /** As Granite, Phi-3-small and MiniCPM call it. */
    private static final String[] KEYS = {"embedding_multiplier", "mup_embedding_multiplier", "scale_emb"};

    private EmbeddingScale() {}

    /**
     * 1 if there is none.
     *
     * @param type of the model, as {@code genai_config.json} or {@code config.json} has it
     * @param config of the language model, without keys if there is none
     * @param stored how the checkpoint has the table, such as {@code BF16}
     */
    static float of(Optional<String> type, JsonKeys config, int hidden, String stored, ImportReport report) {
        // Every Gemma does, and says so in no file: transformers' GemmaTextScaledWordEmbedding.
        if (type.or(() -> config.text("model_type")).orElse("").startsWith("gemma")) {
            return rounded((float) Math.sqrt(hidden), stored);
        }
        for (var key : KEYS) {
            if (config.has(key)) {
                return config.number(key).orElse(1.0).floatValue();
            }
        }
        if (config.json().isEmpty()) {
            report.unknown(
                    "whether the model multiplies its embeddings, so that they are taken as they are (its config.json says it; --checkpoint DIR has it)");
        }
        return 1;
    }

    /** Gemma's factor is a number of the table's own type. */
    private static float rounded(float number, String stored) {
        return switch (stored) {
            case "F16" -> Float.float16ToFloat(Float.floatToFloat16(number));
            case "BF16" -> {
                int bits = Float.floatToRawIntBits(number);
                // To the nearest, of two to the even one.
                yield Float.intBitsToFloat((bits + 0x7fff + (bits >>> 16 & 1)) & 0xffff0000);
            }
            default -> number;
        };
    }
}
