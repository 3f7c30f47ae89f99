// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.JsonKeys;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** How the tensors of a decoder are called: as {@code genai_config.json} says, else as onnxruntime-genai and Optimum name them. */
final class DecoderNames {
    private static final Map<String, String> INPUTS = Map.of("input_ids", "input_ids", "inputs_embeds",
            "inputs_embeds", "attention_mask", "attention_mask", "position_ids", "position_ids", "past_key_names",
            "past_key_values.%d.key", "past_value_names", "past_key_values.%d.value");
    private static final Map<String, String> OUTPUTS = Map.of("logits", "logits", "hidden_states", "hidden_states",
            "present_key_names", "present.%d.key", "present_value_names", "present.%d.value");
    private static final Set<String> ALWAYS = Set.of("past_key_names", "past_value_names", "present_key_names",
            "present_value_names", "logits");
    /** The number of a layer stands in it once. */
    private static final Pattern NUMBERED = Pattern.compile("[^%]*%d[^%]*");

    private final Map<String, String> inputs;
    private final Map<String, String> outputs;

    DecoderNames(JsonKeys decoder) {
        this.inputs = read(decoder, "inputs", INPUTS);
        this.outputs = read(decoder, "outputs", OUTPUTS);
    }

    private static Map<String, String> read(JsonKeys decoder, String key, Map<String, String> defaults) {
        var keys = decoder.object(key).orElseGet(() -> JsonKeys.none(key));
        var names = new TreeMap<String, String>(); // in one order, so that the same import gives the same bytes
        defaults.forEach((name, otherwise) -> {
            var said = keys.text(name).orElse(otherwise);
            if (name.endsWith("_names") && !NUMBERED.matcher(said).matches()) {
                throw new BundleException("%s: %s: '%s' (expected: a name with one %%d)".formatted(keys.where(), name,
                        said));
            }
            names.put(name, said);
        });
        return names;
    }

    String input(String key) {
        return of(inputs, key);
    }

    String output(String key) {
        return of(outputs, key);
    }

    private static String of(Map<String, String> names, String key) {
        var name = names.get(key);
        if (name == null) {
            throw new IllegalArgumentException(key);
        }
        return name;
    }

    String input(String key, int layer) {
        return input(key).replace("%d", String.valueOf(layer));
    }

    String output(String key, int layer) {
        return output(key).replace("%d", String.valueOf(layer));
    }

    /** Writes those that the graph has, and those of its layers, into a decoder's config; what is there stays. */
    void into(ObjectNode decoder, Set<String> graphInputs, Set<String> graphOutputs) {
        write(decoder, "inputs", inputs, graphInputs);
        write(decoder, "outputs", outputs, graphOutputs);
    }

    private static void write(ObjectNode decoder, String key, Map<String, String> names, Set<String> has) {
        var into = decoder.withObject("/" + key);
        names.forEach((name, said) -> {
            if (!into.hasNonNull(name) && (has.contains(said) || ALWAYS.contains(name))) {
                into.put(name, said);
            }
        });
    }
}
