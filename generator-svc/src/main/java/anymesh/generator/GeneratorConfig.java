// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.server.StageConfig;
import anymesh.v1.Modality;
import java.nio.file.Path;
import java.util.Locale;

/** Configuration of a generator; {@code config/generator.yaml} explains every key. */
public record GeneratorConfig(StageConfig stage, Modality modality, int decodeBatch) {

    public GeneratorConfig {
        if (decodeBatch < 1) {
            throw new IllegalArgumentException("decodeBatch: %d (expected: > 0)".formatted(decodeBatch));
        }
    }

    /** The image generator's. */
    public static GeneratorConfig defaults() {
        return defaults(Modality.IMAGE);
    }

    /** The defaults of the generator of a modality: image, audio or video, each on ports of its own. */
    public static GeneratorConfig defaults(Modality modality) {
        int place = modality.getNumber() - Modality.IMAGE.getNumber();
        var bundle = Path.of("models/toyworld/" + service(modality));
        return new GeneratorConfig(StageConfig.defaults(7050 + place, 7150 + place, bundle, new BatchPolicy(256, 16)),
                modality, 4);
    }

    /** The name under which it registers, such as {@code generator-image}: each modality scales by itself. */
    public String service() {
        return service(modality);
    }

    private static String service(Modality modality) {
        return "generator-" + modality.name().toLowerCase(Locale.ROOT);
    }

    public GeneratorConfig withStage(StageConfig changed) {
        return new GeneratorConfig(changed, modality, decodeBatch);
    }
}
