// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.TensorInfo;
import java.util.Collection;
import java.util.List;

/**
 * The tensors of a U-Net, told apart by their ranks, which exports agree on more than on names: the latents have four axes, or
 * five with frames, the condition three, and the timestep none or one.
 */
record DenoiserInputs(TensorInfo sample, TensorInfo timestep, TensorInfo condition, TensorInfo output) {

    static DenoiserInputs of(OnnxModel unet, int latentRank) {
        var inputs = unet.inputs().values();
        var latents = "latents of %d axes".formatted(latentRank);
        var found = new DenoiserInputs(only(unet, "inputs", inputs, latentRank, latentRank, latents),
                only(unet, "inputs", inputs, 0, 1, "timestep, a scalar, [1] or [batch]"),
                only(unet, "inputs", inputs, 3, 3, "condition [batch, tokens, width]"),
                only(unet, "outputs", unet.outputs().values(), latentRank, latentRank, latents));
        if (inputs.size() != 3) {
            var others = inputs.stream().map(TensorInfo::name).filter(name -> !found.names().contains(name)).toList();
            throw new BundleException(
                    "%s: inputs %s are not supported (supported: %s)".formatted(unet.file(), others, found.names()));
        }
        requireFree(unet, found.sample);
        requireFree(unet, found.condition);
        return found;
    }

    private static TensorInfo only(OnnxModel unet, String kind, Collection<TensorInfo> tensors, int leastRank,
            int mostRank, String what) {
        var fitting = tensors.stream().filter(t -> t.rank() >= leastRank && t.rank() <= mostRank).toList();
        if (fitting.size() != 1) {
            throw new BundleException(
                    "%s: %d of its %s %s can be the %s (expected: one)".formatted(unet.file(), fitting.size(), kind,
                            tensors, what));
        }
        return fitting.getFirst();
    }

    private static void requireFree(OnnxModel unet, TensorInfo tensor) {
        if (tensor.shape().getFirst() != -1) {
            throw new BundleException("%s: input %s (expected: a free first axis)".formatted(unet.file(), tensor));
        }
    }

    private List<String> names() {
        return List.of(sample.name(), timestep.name(), condition.name());
    }

    /** Whether rows at different timesteps can be in one run: only if the timestep has a free axis. */
    boolean hasTimestepPerRow() {
        return timestep.rank() == 1 && timestep.shape().getFirst() == -1;
    }

    long[] timestepShape(int rows) {
        return hasTimestepPerRow() ? new long[]{rows} : timestep.rank() == 1 ? new long[]{1} : new long[0];
    }

    /** As the session will see it: whole numbers only if it takes no others. */
    double seenTimestep(double timestep) {
        return switch (timestep().type()) {
            case INT64, INT32 -> Math.rint(timestep);
            case FLOAT32, FLOAT16 -> timestep;
            case BOOL -> throw new BundleException("unet takes the timestep as " + ElementType.BOOL);
        };
    }
}
