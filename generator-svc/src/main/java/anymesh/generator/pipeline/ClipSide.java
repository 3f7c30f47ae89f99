// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.media.Clip;
import anymesh.kit.media.VideoFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Latents {@code [C, F, h, w]} through the VAE's decoder, frame by frame, into a film, as {@code TextToVideoSDPipeline} does. A
 * few frames are decoded at once, and kept as bytes, so that memory does not grow with the film.
 */
final class ClipSide implements OutputSide {
    private final PictureGeometry geometry;
    private final GeneratorManifest.Clips clips;
    private final VaeDecoder vae;

    ClipSide(PictureGeometry geometry, GeneratorManifest.Clips clips, VaeDecoder vae) {
        this.geometry = geometry;
        this.clips = clips;
        this.vae = vae;
    }

    @Override
    public LatentShape latents(@Nullable PictureSize size) {
        var axes = new ArrayList<>(geometry.latents(sizeOf(size)).axes());
        axes.add(1, (long) clips.frames());
        return new LatentShape(axes);
    }

    @Override
    public List<Optional<Media>> decode(List<Denoising> items, Function<Denoising, float[]> latents) {
        return items.stream().map(film -> decode(film, latents.apply(film))).toList();
    }

    private Optional<Media> decode(Denoising film, float[] latents) {
        var size = sizeOf(film.request().size());
        var shape = geometry.latents(size);
        var frames = new ArrayList<VideoFrame>();
        vae.decode(frameLatents(latents, shape), shape, RgbPlanes.shape(size),
                planes -> RgbPlanes.interleaved(planes)
                        .ifPresent(rgb -> frames.add(new VideoFrame(size.width(), size.height(), rgb))));
        return frames.size() == clips.frames()
                ? Optional.of(new GeneratedClip(new Clip(frames, clips.framesPerSecond(), null)))
                : Optional.empty();
    }

    /** The frames lie inside of the channels: frame f has the f-th plane of each. */
    private List<float[]> frameLatents(float[] latents, LatentShape shape) {
        int plane = shape.numbers() / geometry.channels();
        var frames = new ArrayList<float[]>(clips.frames());
        for (int frame = 0; frame < clips.frames(); frame++) {
            var row = new float[shape.numbers()];
            for (int channel = 0; channel < geometry.channels(); channel++) {
                System.arraycopy(latents, (channel * clips.frames() + frame) * plane, row, channel * plane, plane);
            }
            frames.add(row);
        }
        return frames;
    }

    private PictureSize sizeOf(@Nullable PictureSize size) {
        return size == null ? clips.sizes().getFirst() : size;
    }
}
