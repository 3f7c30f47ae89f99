// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.image.PictureLimits;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.server.StageConfig;
import java.time.Duration;

/** Configuration of the encoder; {@code config/encoder.yaml} explains every key. */
public record EncoderConfig(StageConfig stage, PictureLimits pictures, long maxPixels, Duration maxDuration) {

    public EncoderConfig {
        new MediaLimits(maxPixels, maxDuration); // Refuses what it can't be made of.
    }

    public static EncoderConfig defaults() {
        return new EncoderConfig(StageConfig.defaults(ServiceKind.ENCODER, BatchPolicy.paying(256, 32)),
                PictureLimits.defaults(), 16L << 20, Duration.ofMinutes(10));
    }

    MediaLimits mediaLimits() {
        return new MediaLimits(maxPixels, maxDuration);
    }

    public EncoderConfig withStage(StageConfig changed) {
        return new EncoderConfig(changed, pictures, maxPixels, maxDuration);
    }
}
