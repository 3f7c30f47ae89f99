// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.server.StageConfig;
import java.nio.file.Path;

/** Configuration of the encoder; {@code config/encoder.yaml} explains every key. */
public record EncoderConfig(StageConfig stage, long maxPixels) {

    public EncoderConfig {
        if (maxPixels < 1) {
            throw new IllegalArgumentException("maxPixels: %d (expected: > 0)".formatted(maxPixels));
        }
    }

    public static EncoderConfig defaults() {
        var bundle = Path.of("models/toyworld/encoder");
        return new EncoderConfig(StageConfig.defaults(7010, 7110, bundle, new BatchPolicy(256, 32)), 16L << 20);
    }

    public EncoderConfig withStage(StageConfig changed) {
        return new EncoderConfig(changed, maxPixels);
    }
}
