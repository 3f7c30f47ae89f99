// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.server.StageConfig;
import java.nio.file.Path;

/** Configuration of a generator; {@code config/generator.yaml} explains every key. */
public record GeneratorConfig(StageConfig stage, int decodeBatch) {

    public GeneratorConfig {
        if (decodeBatch < 1) {
            throw new IllegalArgumentException("decodeBatch: %d (expected: > 0)".formatted(decodeBatch));
        }
    }

    public static GeneratorConfig defaults() {
        var bundle = Path.of("models/toyworld/generator-image");
        return new GeneratorConfig(StageConfig.defaults(7050, 7150, bundle, new BatchPolicy(64, 16)), 4);
    }

    public GeneratorConfig withStage(StageConfig changed) {
        return new GeneratorConfig(changed, decodeBatch);
    }
}
