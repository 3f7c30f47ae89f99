// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's {@code preprocessor_config.json} of a {@code WhisperFeatureExtractor}; what is absent is as Whisper has it.
 *
 * @param featureSize mel bands
 * @param chunkLength seconds to which every sound is cut or padded
 */
record AudioProcessorConfig(@JsonProperty("feature_size") @Nullable Integer featureSize,
        @JsonProperty("sampling_rate") @Nullable Integer samplingRate, @JsonProperty("n_fft") @Nullable Integer nFft,
        @JsonProperty("hop_length") @Nullable Integer hopLength,
        @JsonProperty("chunk_length") @Nullable Double chunkLength,
        @JsonProperty("padding_value") @Nullable Double paddingValue,
        @JsonProperty("dither") @Nullable Double dither, @JsonProperty("do_normalize") @Nullable Boolean doNormalize) {

    AudioProcessorConfig {
        if (Boolean.TRUE.equals(doNormalize) || isSet(dither) || isSet(paddingValue)) {
            throw new BundleException("do_normalize %s, dither %s, padding_value %s (supported: false, 0, 0)"
                    .formatted(doNormalize, dither, paddingValue));
        }
    }

    private static boolean isSet(@Nullable Double value) {
        return value != null && value != 0;
    }

    LogMel logMel() {
        int rate = positive("sampling_rate", samplingRate, 16_000);
        int hop = positive("hop_length", hopLength, 160);
        double seconds = chunkLength == null ? 30 : chunkLength;
        long samples = Math.round(seconds * rate);
        int window = positive("n_fft", nFft, 400);
        if (samples < hop || samples <= window / 2 || samples > Integer.MAX_VALUE) {
            throw new BundleException(
                    "chunk_length: %s s (expected: more than a hop and half of n_fft)".formatted(seconds));
        }
        return new LogMel(positive("feature_size", featureSize, 80), rate, window, hop, (int) samples);
    }

    private static int positive(String key, @Nullable Integer value, int otherwise) {
        if (value != null && value < 1) {
            throw new BundleException("%s: %d (expected: > 0)".formatted(key, value));
        }
        return value == null ? otherwise : value;
    }
}
