// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Latents {@code [C, h, w]} through the VAE's decoder into a picture, as {@code StableDiffusionPipeline} does. */
final class PictureSide implements OutputSide {
    private final PictureGeometry geometry;
    private final PictureSize nativeSize;
    private final VaeDecoder vae;

    PictureSide(PictureGeometry geometry, PictureSize nativeSize, VaeDecoder vae) {
        this.geometry = geometry;
        this.nativeSize = nativeSize;
        this.vae = vae;
    }

    @Override
    public LatentShape latents(@Nullable PictureSize size) {
        return geometry.latents(sizeOf(size));
    }

    @Override
    public List<Optional<Media>> decode(List<Denoising> items, Function<Denoising, float[]> latents) {
        var bySize = new LinkedHashMap<PictureSize, List<Denoising>>();
        for (var picture : items) {
            bySize.computeIfAbsent(sizeOf(picture.request().size()), _ -> new ArrayList<>()).add(picture);
        }
        var decoded = new LinkedHashMap<Denoising, Optional<Media>>();
        bySize.forEach((size, pictures) -> {
            var next = pictures.iterator();
            vae.decode(pictures.stream().map(latents).toList(), geometry.latents(size),
                    RgbPlanes.shape(size),
                    planes -> decoded.put(next.next(),
                            RgbPlanes.interleaved(planes).map(rgb -> new Picture(size, rgb))));
        });
        return items.stream().map(picture -> Objects.requireNonNull(decoded.get(picture))).toList();
    }

    private PictureSize sizeOf(@Nullable PictureSize size) {
        return size == null ? nativeSize : size;
    }
}
