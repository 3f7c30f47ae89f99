// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import anymesh.wire.error.InferenceFailed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The VAE's decoder: latents {@code [n, C, h, w]} into pixels {@code [n, 3, h * factor, w * factor]} in -1..1, and those into
 * eight bits, half to even. Owned by the worker.
 */
final class LatentDecoder implements AutoCloseable {

    private static final int COLOURS = 3;

    private final OnnxModel model;
    private final TensorInfo input;
    private final TensorInfo output;
    private final VaeConfig config;
    private final int atOnce;

    private LatentDecoder(OnnxModel model, VaeConfig config, int atOnce) {
        this.model = model;
        this.input = only(model.inputs(), "input");
        this.output = only(model.outputs(), "output");
        this.config = config;
        this.atOnce = atOnce;
    }

    /** @param atOnce the most pictures in one run: a decoder needs far more memory for a picture than a denoiser */
    static LatentDecoder load(ModelBundle bundle, OnnxSettings settings, VaeConfig config, int atOnce) {
        var model = OnnxModel.load(bundle.file("vae_decoder/model.onnx"), settings);
        try {
            return new LatentDecoder(model, config, atOnce);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private static TensorInfo only(Map<String, TensorInfo> tensors, String kind) {
        var info = tensors.values().iterator().next();
        if (tensors.size() != 1 || info.rank() != 4) {
            throw new BundleException(
                    "vae_decoder has %ss %s (expected: one of rank 4)".formatted(kind, tensors.values()));
        }
        return info;
    }

    /** Decodes latents of one size; in the place of a picture whose pixels are no numbers there is none. */
    List<Optional<Picture>> decode(List<float[]> latents, PictureSize size) {
        var pictures = new ArrayList<Optional<Picture>>(latents.size());
        for (int from = 0; from < latents.size(); from += atOnce) {
            pictures.addAll(decodeSome(latents.subList(from, Math.min(from + atOnce, latents.size())), size));
        }
        return pictures;
    }

    private List<Optional<Picture>> decodeSome(List<float[]> latents, PictureSize size) {
        var fed = Tensor.allocate(input.type(), latents.size(), config.channels(), size.height() / config.factor(),
                size.width() / config.factor());
        var rows = Numbers.of(fed);
        for (int i = 0; i < latents.size(); i++) {
            rows.write(i * latents.get(i).length, unscaled(latents.get(i)));
        }
        var pixels = Objects
                .requireNonNull(model.run(Map.of(input.name(), fed), Set.of(output.name())).get(output.name()));
        if (pixels.size(1) != COLOURS || pixels.size(2) != size.height() || pixels.size(3) != size.width()) {
            throw new InferenceFailed(
                    "vae_decoder gave %s (expected: %d colours of %s)".formatted(pixels, COLOURS, size));
        }
        var numbers = Numbers.of(pixels);
        var pictures = new ArrayList<Optional<Picture>>(latents.size());
        var planes = new float[COLOURS * size.width() * size.height()];
        for (int i = 0; i < latents.size(); i++) {
            numbers.read(i * planes.length, planes);
            pictures.add(allNumbers(planes) ? Optional.of(new Picture(size, eightBits(planes))) : Optional.empty());
        }
        return pictures;
    }

    private float[] unscaled(float[] latents) {
        var unscaled = new float[latents.length];
        for (int k = 0; k < latents.length; k++) {
            unscaled[k] = latents[k] / config.scalingFactor() + config.shiftFactor();
        }
        return unscaled;
    }

    private static boolean allNumbers(float[] planes) {
        for (float value : planes) {
            if (Float.isNaN(value)) {
                return false;
            }
        }
        return true;
    }

    /** Three planes into interleaved bytes: clamp(x/2 + 0.5), times 255, rounded half to even as numpy does. */
    private static byte[] eightBits(float[] planes) {
        int pixels = planes.length / COLOURS;
        var rgb = new byte[planes.length];
        for (int colour = 0; colour < COLOURS; colour++) {
            for (int i = 0; i < pixels; i++) {
                float value = planes[colour * pixels + i];
                rgb[COLOURS * i + colour] = (byte) (int) Math.rint(Math.clamp(value / 2 + 0.5f, 0f, 1f) * 255f);
            }
        }
        return rgb;
    }

    @Override
    public void close() {
        model.close();
    }
}
