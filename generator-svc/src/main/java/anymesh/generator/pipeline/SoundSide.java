// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.media.Sound;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Latents {@code [C, h, w]} through the VAE's decoder into a log-mel spectrogram and through the vocoder into a sound, as
 * {@code AudioLDMPipeline} does; cut to the manifest's length.
 */
final class SoundSide implements OutputSide {
    private final GeneratorManifest.Sounds sounds;
    private final VaeDecoder vae;
    private final Vocoder vocoder;

    SoundSide(GeneratorManifest.Sounds sounds, VaeDecoder vae, Vocoder vocoder) {
        this.sounds = sounds;
        this.vae = vae;
        this.vocoder = vocoder;
    }

    @Override
    public LatentShape latents(@Nullable PictureSize size) {
        return new LatentShape(sounds.latents());
    }

    @Override
    public List<Optional<Media>> decode(List<Denoising> items, Function<Denoising, float[]> latents) {
        var made = new ArrayList<Optional<Media>>(items.size());
        vae.decode(items.stream().map(latents).toList(), latents(null), List.of(1, -1, vocoder.mels()),
                mel -> made.add(sound(vocoder.run(mel))));
        return made;
    }

    private Optional<Media> sound(float[] wave) {
        for (float sample : wave) {
            if (Float.isNaN(sample)) {
                return Optional.empty();
            }
        }
        int wanted = (int) Math.round(sounds.seconds() * vocoder.samplingRate());
        var cut = wave.length > wanted ? Arrays.copyOf(wave, wanted) : wave;
        return Optional.of(new GeneratedSound(new Sound(cut, vocoder.samplingRate())));
    }
}
