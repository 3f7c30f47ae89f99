// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a denoiser's latents and a VAE's belong together.
 *
 * @param factor what the training multiplied latents with
 * @param shift what it subtracted before that
 */
record LatentScaling(float factor, float shift) {

    /** diffusers' AutoencoderKL has this where the config says nothing. */
    private static final double DEFAULT_FACTOR = 0.18215;

    /** Reads {@code vae_decoder/config.json}. */
    static LatentScaling read(ModelBundle bundle) {
        var vae = bundle.read("vae_decoder/config.json", JsonNode.class);
        for (var key : new String[]{"latents_mean", "latents_std"}) {
            if (!vae.path(key).isMissingNode() && !vae.path(key).isNull()) {
                throw new BundleException(
                        "%s/vae_decoder/config.json: %s: %s is not supported (supported: null)".formatted(
                                bundle.directory(), key, vae.path(key)));
            }
        }
        double factor = vae.path("scaling_factor").asDouble(DEFAULT_FACTOR);
        if (factor == 0) {
            throw new BundleException(
                    "%s/vae_decoder/config.json: scaling_factor: 0 (expected: not 0)".formatted(bundle.directory()));
        }
        return new LatentScaling((float) factor, (float) vae.path("shift_factor").asDouble(0));
    }

    float unscaled(float latent) {
        return latent / factor + shift;
    }
}
