// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Numbers;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import java.util.HashMap;
import java.util.Objects;
import java.util.Set;

/**
 * The other end of guidance: what the pipeline's own text encoder makes of the empty prompt. A constant of the bundle, so it is
 * computed once and the encoder is let go.
 *
 * @param numbers tokens x width, row by row
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record NegativePrompt(ConditionShape shape, float[] numbers) {

    static NegativePrompt load(ModelBundle bundle, OnnxSettings settings) {
        try (var encoder = OnnxModel.load(bundle.file("text_encoder/model.onnx"), settings)) {
            var ids = encoder.input("input_ids");
            var prompt = EmptyPrompt.read(bundle, Math.toIntExact(ids.shape().getLast()));
            var feeds = new HashMap<String, Tensor>();
            feeds.put(ids.name(), integers(encoder, ids, prompt.ids()));
            for (var input : encoder.inputs().values()) {
                switch (input.name()) {
                    case "input_ids" -> {
                    }
                    case "attention_mask" -> feeds.put(input.name(), integers(encoder, input, prompt.mask()));
                    default -> throw new BundleException(
                            "%s: input '%s' is not supported (supported: input_ids, attention_mask)"
                                    .formatted(encoder.file(), input.name()));
                }
            }
            var output = output(encoder);
            return of(Objects.requireNonNull(encoder.run(feeds, Set.of(output.name())).get(output.name())));
        }
    }

    private static TensorInfo output(OnnxModel encoder) {
        var states = encoder.outputs().get("last_hidden_state");
        return states != null
                ? states
                : encoder.outputs().values().stream().filter(output -> output.rank() == 3).findFirst()
                        .orElseThrow(() -> new BundleException("%s has no output of 3 axes (it has: %s)".formatted(
                                encoder.file(), encoder.outputs().values())));
    }

    private static NegativePrompt of(Tensor states) {
        var shape = new ConditionShape(Math.toIntExact(states.size(1)), Math.toIntExact(states.size(2)));
        var numbers = new float[shape.numbers()];
        Numbers.of(states).read(0, numbers);
        return new NegativePrompt(shape, numbers);
    }

    private static Tensor integers(OnnxModel encoder, TensorInfo input, long[] values) {
        var type = input.type();
        if (type == ElementType.INT64) {
            return Tensor.ofLongs(values, 1, values.length);
        }
        if (type != ElementType.INT32) {
            throw new BundleException("%s: input %s (expected: INT64 or INT32)".formatted(encoder.file(), input));
        }
        var tensor = Tensor.allocate(type, 1, values.length);
        var integers = tensor.bytes().asIntBuffer();
        for (long value : values) {
            integers.put((int) value);
        }
        return tensor;
    }
}
