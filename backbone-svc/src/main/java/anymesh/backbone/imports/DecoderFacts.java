// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.GraphFile;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxFile;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a decoder's graph says of itself, checked for what the decode loop needs; sizes are empty where its axes are free.
 *
 * @param layers 1 + the highest number of a layer that keeps keys; 0 if none does
 * @param embeddings the type of the embeddings that it takes, in {@code onnx.proto}; 0 if it takes ids
 */
record DecoderFacts(GraphFile graph, int layers, Optional<Integer> heads, Optional<Integer> headSize,
        Optional<Integer> hidden, Optional<Integer> vocabulary, int embeddings) {
    /** Types of {@code onnx.proto}. */
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    private static final int FLOAT16 = 10;
    private static final int MAX_LAYERS = 4096;

    /** {@link BundleException} that says what is missing and which export has it. */
    static DecoderFacts of(GraphFile graph, DecoderNames names) {
        var onnx = graph.onnx();
        var inputs = onnx.inputs().stream().map(OnnxFile.Value::name).collect(Collectors.toSet());
        if (inputs.contains("use_cache_branch")) {
            throw new BundleException(
                    "%s: a decoder with a branch for its first token, use_cache_branch (expected: one without, as Optimum 1.14 or newer writes model.onnx)"
                            .formatted(graph.path()));
        }
        boolean takesEmbeddings = inputs.contains(names.input("inputs_embeds"));
        if (!takesEmbeddings && !inputs.contains(names.input("input_ids"))) {
            throw new BundleException("%s: takes %s (expected: '%s' or '%s')".formatted(graph.path(), inputs,
                    names.input("input_ids"), names.input("inputs_embeds")));
        }
        var logits = onnx.output(names.output("logits")).orElseThrow(() -> new BundleException(
                "%s: gives no '%s' (expected: the logits of a language model; it gives %s)".formatted(graph.path(),
                        names.output("logits"), onnx.outputs().stream().map(OnnxFile.Value::name).limit(4).toList())));
        int layers = memory(graph, names);
        var whole = new HashSet<>(List.of(names.input("input_ids"), names.input("attention_mask"),
                names.input("position_ids")));
        for (var input : onnx.inputs()) {
            checkType(graph, input, !whole.contains(input.name()));
        }
        checkType(graph, logits, true);
        var key = firstKey(onnx, names, layers);
        var states = takesEmbeddings
                ? onnx.input(names.input("inputs_embeds"))
                : onnx.output(names.output("hidden_states"));
        return new DecoderFacts(graph, layers, key.flatMap(value -> axis(value, 4, 1)),
                key.flatMap(value -> axis(value, 4, 3)), states.flatMap(value -> axis(value, 3, 2)),
                axis(logits, 3, 2),
                takesEmbeddings ? states.map(OnnxFile.Value::type).orElse(0) : 0);
    }

    boolean takesEmbeddings() {
        return embeddings != 0;
    }

    /** Something that it remembers of a row whatever its length, such as the state of a recurrence. */
    Optional<String> keepingItsSize(DecoderNames names) {
        var fed = fed(names);
        return graph.onnx().inputs().stream().filter(input -> !fed.contains(input.name()) && !grows(input.shape()))
                .map(OnnxFile.Value::name).findFirst();
    }

    /** Of four axes the third has the positions; of others any that is free, but for the rows'. */
    private static boolean grows(List<Long> shape) {
        return shape.size() == 4 ? shape.get(2) < 0 : shape.stream().skip(1).anyMatch(size -> size < 0);
    }

    /** Checks that all that it takes besides is what it gave before; how many layers have keys. */
    private static int memory(GraphFile graph, DecoderNames names) {
        var onnx = graph.onnx();
        var known = fed(names);
        int layers = 0;
        int remembered = 0;
        for (var input : onnx.inputs()) {
            if (known.contains(input.name())) {
                continue;
            }
            int layer = layer(input.name(), names);
            if (layer < 0 && onnx.output(input.name().replaceFirst("^past(_key_values)?", "present")).isEmpty()) {
                throw new BundleException(
                        "%s: also wants '%s' (expected: ids or embeddings, attention_mask, position_ids, and what it remembers: past… that becomes present…)"
                                .formatted(graph.path(), input.name()));
            }
            remembered++;
            layers = Math.max(layers, layer + 1);
        }
        if (remembered == 0) {
            throw new BundleException(
                    "%s: remembers nothing from token to token (expected: inputs past_key_values…; optimum-cli export onnx --task text-generation-with-past writes them)"
                            .formatted(graph.path()));
        }
        return layers;
    }

    /** All that it takes which it does not remember. */
    private static Set<String> fed(DecoderNames names) {
        // Set.of refuses doubles, which a config may have.
        return new HashSet<>(List.of(names.input("input_ids"), names.input("inputs_embeds"),
                names.input("attention_mask"), names.input("position_ids")));
    }

    /** Which layer's keys or values an input is, -1 if of none. */
    private static int layer(String input, DecoderNames names) {
        var digits = input.replaceAll("\\D+", " ").strip();
        for (var number : digits.split(" ", -1)) {
            if (number.isEmpty() || number.length() > 4 || Integer.parseInt(number) > MAX_LAYERS) {
                continue;
            }
            int layer = Integer.parseInt(number);
            if (input.equals(names.input("past_key_names", layer))
                    || input.equals(names.input("past_value_names", layer))) {
                return layer;
            }
        }
        return -1;
    }

    private static Optional<OnnxFile.Value> firstKey(OnnxFile onnx, DecoderNames names, int layers) {
        for (int layer = 0; layer < layers; layer++) {
            var key = onnx.input(names.input("past_key_names", layer));
            if (key.isPresent()) {
                return key;
            }
        }
        return Optional.empty();
    }

    private static void checkType(GraphFile graph, OnnxFile.Value value, boolean isFloat) {
        boolean fits = isFloat ? value.type() == FLOAT || value.type() == FLOAT16 : value.type() == INT64;
        if (!fits) {
            throw new BundleException("%s: '%s' is of type %s (expected: %s; export it so)".formatted(graph.path(),
                    value.name(), switch (value.type()) {
                        case FLOAT -> "float32";
                        case 6 -> "int32";
                        case INT64 -> "int64";
                        case FLOAT16 -> "float16";
                        case 16 -> "bfloat16";
                        default -> "%d of onnx.proto".formatted(value.type());
                    }, isFloat ? "float32 or float16" : "int64"));
        }
    }

    private static Optional<Integer> axis(OnnxFile.Value value, int rank, int axis) {
        if (value.shape().size() != rank) {
            return Optional.empty();
        }
        long size = value.shape().get(axis);
        return size > 0 && size <= Integer.MAX_VALUE ? Optional.of((int) size) : Optional.empty();
    }
}
