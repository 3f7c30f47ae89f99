// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.ConditionShape;
import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.generator.pipeline.MediaRequest;
import anymesh.generator.pipeline.PictureSize;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Checks a request and fills in the bundle's defaults. A value that a client can mend is an {@link InvalidInput} with its
 * {@code param}; a condition from another space is a {@link ContractMismatch} between stages.
 */
final class RequestReader {
    private static final long SEEDS = 1L << 32;

    private final GeneratorManifest manifest;
    private final ConditionShape shape;

    RequestReader(GeneratorManifest manifest, ConditionShape shape) {
        this.manifest = manifest;
        this.shape = shape;
    }

    MediaRequest read(Frame<GeneratorRequest> frame) {
        var request = frame.header();
        if (request.getModality() != manifest.modality()) {
            throw new UnsupportedModality("this generator makes no %s (it makes: %s)".formatted(request.getModality(),
                    manifest.modality()));
        }
        // Seeds from 0 to 2^32-1 are all that there are: torch's generator looks at no more bits.
        long seed = request.hasSeed() ? request.getSeed() : ThreadLocalRandom.current().nextLong(SEEDS);
        return new MediaRequest(condition(frame.embeddings()), seed, steps(request), guidance(request),
                size(request));
    }

    private int steps(GeneratorRequest request) {
        var defaults = manifest.defaults();
        if (!request.hasNumInferenceSteps()) {
            return defaults.steps();
        }
        long steps = Integer.toUnsignedLong(request.getNumInferenceSteps());
        if (steps < 1 || steps > defaults.maxSteps()) {
            throw new InvalidInput("num_inference_steps %d (expected: 1 to %d)".formatted(steps, defaults.maxSteps()),
                    "num_inference_steps");
        }
        return (int) steps;
    }

    private float guidance(GeneratorRequest request) {
        var defaults = manifest.defaults();
        float guidance = request.hasGuidanceScale() ? request.getGuidanceScale() : defaults.guidance();
        if (!(guidance >= 0 && guidance <= defaults.maxGuidance())) {
            throw new InvalidInput("guidance_scale %s (expected: 0 to %s)".formatted(guidance, defaults.maxGuidance()),
                    "guidance_scale");
        }
        return guidance;
    }

    private @Nullable PictureSize size(GeneratorRequest request) {
        var sizes = manifest.output().sizes();
        if (request.getSize().isEmpty()) {
            return sizes.isEmpty() ? null : sizes.getFirst();
        }
        return sizes.stream().filter(size -> size.toString().equals(request.getSize())).findFirst()
                .orElseThrow(() -> new InvalidInput(
                        "size '%s' (expected: one of %s)".formatted(request.getSize(), sizes), "size"));
    }

    private float[] condition(List<EmbeddingBatch> batches) {
        if (batches.size() != 1) {
            throw new InvalidInput("%d embedding batches (expected: 1)".formatted(batches.size()),
                    EmbeddingBatch.PARAM);
        }
        var batch = batches.getFirst();
        var spec = batch.spec();
        if (!spec.space().equals(manifest.accepts())) {
            throw new ContractMismatch(
                    "condition from space %s (expected: %s)".formatted(spec.space(), manifest.accepts()));
        }
        if (!spec.shape().equals(List.of(shape.tokens(), shape.width()))) {
            throw new ContractMismatch(
                    "condition of shape %s (expected: [%d, %d])".formatted(spec.shape(), shape.tokens(),
                            shape.width()));
        }
        if (batch.rows() != 1) {
            throw new InvalidInput("%d conditions (expected: 1)".formatted(batch.rows()), EmbeddingBatch.PARAM);
        }
        var numbers = new float[spec.elements()];
        switch (spec.dtype()) {
            case FLOAT32 -> batch.data().asFloatBuffer().get(numbers);
            case FLOAT16 -> {
                var halves = batch.data().asShortBuffer();
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Float.float16ToFloat(halves.get(i));
                }
            }
        }
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                throw new InvalidInput("the condition holds %s (expected: finite numbers)".formatted(number),
                        EmbeddingBatch.PARAM);
            }
        }
        return numbers;
    }
}
