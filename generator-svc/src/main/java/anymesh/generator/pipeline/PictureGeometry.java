// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * How the sizes of latents and pixels belong together.
 *
 * @param channels of latents
 * @param factor pixels to a latent along an axis
 */
record PictureGeometry(int channels, int factor) {

    /**
     * Reads {@code vae_decoder/config.json}. The factor is 2 to the number of down-samplings, one less than
     * {@code block_out_channels} has entries, as in diffusers; a config without them has it from the manifest's native size
     * (the first) over the U-Net's {@code sample_size}.
     */
    static PictureGeometry read(ModelBundle bundle, List<PictureSize> sizes) {
        var vae = bundle.read("vae_decoder/config.json", JsonNode.class);
        var unet = bundle.read("unet/config.json", JsonNode.class);
        int blocks = vae.path("block_out_channels").size();
        int factor = blocks > 0
                ? 1 << (blocks - 1)
                : factorBySize(bundle, unet.path("sample_size"), sizes.getFirst());
        int channels = vae.path("latent_channels").asInt(unet.path("in_channels").asInt(4));
        if (channels < 1) {
            throw new BundleException(
                    "%s/vae_decoder/config.json: latent_channels: %d (expected: > 0)".formatted(bundle.directory(),
                            channels));
        }
        for (var size : sizes) {
            if (size.width() % factor != 0 || size.height() % factor != 0) {
                throw new BundleException("%s/manifest.json: pipeline.sizes: %s (expected: multiples of %d)".formatted(
                        bundle.directory(), size, factor));
            }
        }
        return new PictureGeometry(channels, factor);
    }

    private static int factorBySize(ModelBundle bundle, JsonNode sampleSize, PictureSize nativeSize) {
        int height = sampleSize.isArray() ? sampleSize.path(0).asInt() : sampleSize.asInt();
        int width = sampleSize.isArray() ? sampleSize.path(1).asInt() : sampleSize.asInt();
        if (height < 1 || width < 1 || nativeSize.height() % height != 0
                || nativeSize.height() / height * width != nativeSize.width()) {
            throw new BundleException(
                    ("%s/vae_decoder/config.json: block_out_channels: absent (expected: it, as manifest.json's size %s is no "
                            + "multiple of %s, sample_size in unet/config.json)")
                            .formatted(bundle.directory(), nativeSize, sampleSize));
        }
        return nativeSize.height() / height;
    }

    LatentShape latents(PictureSize size) {
        return LatentShape.of(channels, size.height() / factor, size.width() / factor);
    }
}
