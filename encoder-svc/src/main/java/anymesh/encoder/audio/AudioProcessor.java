// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.Sound;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Tensor;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;

/**
 * From the bytes of a sound to {@code input_features} {@code [feature_size, frames]} float32, by a Whisper feature extractor's
 * config: one channel at its rate, cut or padded to its length, as a log-mel spectrogram. Thread-safe; blocks.
 */
public final class AudioProcessor {
    private final LogMel logMel;
    private final MediaCodec codec;

    AudioProcessor(AudioProcessorConfig config, MediaCodec codec) {
        this.logMel = config.logMel();
        this.codec = codec;
    }

    /** Reads the config from a bundle. */
    public static AudioProcessor load(ModelBundle bundle, String config, MediaCodec codec) {
        return new AudioProcessor(bundle.read(config, AudioProcessorConfig.class), codec);
    }

    /** The tensor of one file; {@link InvalidInput} if it can't be read or is too long. */
    public Tensor process(byte[] file, CallContext call) {
        return process(codec.sound(call, file, logMel.samplingRate(), logMel.seconds()));
    }

    Tensor process(Sound sound) {
        return Tensor.ofFloats(logMel.of(sound.samples()), logMel.bands(), logMel.frames());
    }
}
