// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.SafeTensors;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogMelTest {
    private static final Path EXPECTED = Path.of(System.getProperty("anymesh.root"),
            "encoder-svc/src/test/resources/tiny-encoders/whisper.safetensors");

    /** Whisper's own config on two seconds of two tones; the figures were computed with transformers 5.17. */
    @Test
    void whispersFeaturesEqualTheReference() {
        var features = config(null).logMel().of(tones(2));
        assertThat(features).hasSize(80 * 3000);
        double sum = 0;
        for (float feature : features) {
            sum += feature;
        }
        assertThat(sum).isCloseTo(-131796.366, within(1.0));
        assertThat(features[10 * 3000 + 50]).isCloseTo(1.348738f, within(1e-4f));
    }

    @Test
    void everyNumberOfAShorterChunkEqualsTransformers() {
        var features = config(2.0).logMel().of(tones(1.5));
        var expected = SafeTensors.read(EXPECTED).get("input_features");
        assertThat(expected.shape()).containsExactly(80, 200);
        assertThat(features).containsExactly(expected.toFloatArray(), within(1e-4f));
    }

    @Test
    void silenceIsEvenAndALongSoundIsCut() {
        var logMel = config(2.0).logMel();
        assertThat(logMel.of(new float[0])).hasSize(80 * 200).containsOnly(-1.5f);
        assertThat(logMel.of(tones(5))).containsExactly(logMel.of(Arrays.copyOf(tones(5), 32_000)));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 12, 400, 512, 30 * 49})
    void theTransformEqualsItsDefinition(int length) {
        var random = new Random(length);
        var frame = random.doubles(length, -1, 1).toArray();
        var power = new Fourier(length).power(frame);
        assertThat(power).hasSize(length / 2 + 1);
        for (int k = 0; k < power.length; k += 1 + power.length / 20) {
            double re = 0;
            double im = 0;
            for (int i = 0; i < length; i++) {
                re += frame[i] * Math.cos(2 * Math.PI * k * i / length);
                im -= frame[i] * Math.sin(2 * Math.PI * k * i / length);
            }
            assertThat(power[k]).as("frequency %d", k).isCloseTo(re * re + im * im, within(1e-9 * length));
        }
    }

    @Test
    void whatWouldBeDoneWronglyIsRefused() {
        assertThatThrownBy(() -> new AudioProcessorConfig(80, 16_000, 400, 160, 2.0, 0.0, 0.1, false))
                .isInstanceOf(BundleException.class).hasMessageContaining("dither 0.1");
        assertThatThrownBy(() -> new AudioProcessorConfig(80, 16_000, 400, 160, 2.0, 0.0, 0.0, true))
                .isInstanceOf(BundleException.class).hasMessageContaining("do_normalize true");
        assertThatThrownBy(() -> config(0.001).logMel()).isInstanceOf(BundleException.class)
                .hasMessageContaining("chunk_length");
    }

    private static AudioProcessorConfig config(Double chunkLength) {
        return new AudioProcessorConfig(null, null, null, null, chunkLength, null, null, null);
    }

    private static float[] tones(double seconds) {
        var samples = new float[(int) (seconds * 16_000)];
        for (int i = 0; i < samples.length; i++) {
            double time = i / 16_000.0;
            samples[i] = (float) (.5 * Math.sin(2 * Math.PI * 440 * time) + .25 * Math.sin(2 * Math.PI * 1760 * time));
        }
        return samples;
    }
}
