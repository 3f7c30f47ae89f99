// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * How latents and pixels belong together.
 *
 * @param channels of latents
 * @param factor pixels to a latent along an axis
 * @param scalingFactor what the training multiplied latents with
 * @param shiftFactor what it subtracted before that
 */
record VaeConfig(int channels, int factor, float scalingFactor, float shiftFactor) {

    /** diffusers' AutoencoderKL has this where the config says nothing. */
    private static final double DEFAULT_SCALING_FACTOR = 0.18215;

    /**
     * Reads {@code vae_decoder/config.json}. The factor is 2 to the number of down-samplings, one less than
     * {@code block_out_channels} has entries, as in diffusers; a config without them has it from the manifest's native size
     * over the U-Net's {@code sample_size}.
     */
    static VaeConfig read(ModelBundle bundle, PictureSize nativeSize) {
        var vae = bundle.read("vae_decoder/config.json", JsonNode.class);
        var unet = bundle.read("unet/config.json", JsonNode.class);
        for (var key : new String[]{"latents_mean", "latents_std"}) {
            if (!vae.path(key).isMissingNode() && !vae.path(key).isNull()) {
                throw new BundleException("%s: vae_decoder %s %s is not supported (supported: null)".formatted(
                        bundle.directory(), key, vae.path(key)));
            }
        }
        int blocks = vae.path("block_out_channels").size();
        int factor = blocks > 0 ? 1 << (blocks - 1) : factorBySize(bundle, unet.path("sample_size"), nativeSize);
        int channels = vae.path("latent_channels").asInt(unet.path("in_channels").asInt(4));
        double scaling = vae.path("scaling_factor").asDouble(DEFAULT_SCALING_FACTOR);
        if (scaling == 0 || channels < 1) {
            throw new BundleException(
                    "%s: vae_decoder scaling_factor %s, latent_channels %d (expected: not 0)".formatted(
                            bundle.directory(), scaling, channels));
        }
        return new VaeConfig(channels, factor, (float) scaling, (float) vae.path("shift_factor").asDouble(0));
    }

    private static int factorBySize(ModelBundle bundle, JsonNode sampleSize, PictureSize nativeSize) {
        int height = sampleSize.isArray() ? sampleSize.path(0).asInt() : sampleSize.asInt();
        int width = sampleSize.isArray() ? sampleSize.path(1).asInt() : sampleSize.asInt();
        if (height < 1 || width < 1 || nativeSize.height() % height != 0
                || nativeSize.height() / height * width != nativeSize.width()) {
            throw new BundleException(
                    ("%s: no vae scale factor: vae_decoder/config.json has no block_out_channels, and "
                            + "size %s is no multiple of the unet's sample_size %s")
                            .formatted(bundle.directory(), nativeSize, sampleSize));
        }
        return nativeSize.height() / height;
    }

    /** Numbers in the latents of one picture. */
    int numbers(PictureSize size) {
        return channels * (size.height() / factor) * (size.width() / factor);
    }
}
