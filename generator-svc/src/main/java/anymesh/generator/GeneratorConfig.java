// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.server.StageConfig;
import anymesh.v1.Modality;

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
        return new GeneratorConfig(StageConfig.defaults(ServiceKind.generator(modality), BatchPolicy.paying(256, 16)),
                modality, 4);
    }

    /** The name under which it registers, such as {@code generator-image}: each modality scales by itself. */
    public String service() {
        return ServiceKind.generator(modality).name();
    }

    public GeneratorConfig withStage(StageConfig changed) {
        return new GeneratorConfig(changed, modality, decodeBatch);
    }
}
