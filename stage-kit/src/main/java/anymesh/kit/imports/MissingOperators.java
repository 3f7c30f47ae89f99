// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import static anymesh.kit.imports.OnnxWriter.integer;
import static anymesh.kit.imports.OnnxWriter.integers;
import static anymesh.kit.imports.OnnxWriter.node;
import static anymesh.kit.imports.OnnxWriter.opset;
import static anymesh.kit.imports.OnnxWriter.real;
import static anymesh.kit.imports.OnnxWriter.sameReal;

import anymesh.kit.model.OnnxFile;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Operators of {@code com.microsoft} that exporters write for an ONNX Runtime which is newer than the one for Java, or which the
 * CPU hasn't got: a graph that has them is given functions in their place, of operators that are there everywhere. What each
 * computes is as ONNX Runtime's ContribOperators.md and onnxruntime-genai's builder have it.
 */
final class MissingOperators {
    private static final String DOMAIN = "anymesh";
    private static final String MISSING_FROM = "com.microsoft:";
    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_OPSET = 8;
    private static final int MODEL_FUNCTION = 25;
    private static final int GRAPH_NODE = 1;
    private static final int NODE_ATTRIBUTE = 5;
    private static final int NODE_OPERATOR = 4;
    private static final int NODE_DOMAIN = 7;
    private static final int ATTRIBUTE_GRAPH = 6;
    private static final int ATTRIBUTE_GRAPHS = 11;
    private static final int FLOAT = 1;

    private static final Map<String, Function> FUNCTIONS = Map.of("LinearAttentionGate", linearAttentionGate(),
            "GatedRMSNorm", gatedRmsNorm(), "GatedAdd", gatedAdd());

    /** @param defaults of its attributes */
    private record Function(List<String> inputs, List<String> outputs, List<byte[]> nodes, List<byte[]> defaults) {}

    private MissingOperators() {}

    /** The operators of a file that are replaced, by their names. */
    static Set<String> of(OnnxFile onnx) {
        return functions(onnx).keySet();
    }

    private static Map<String, Function> functions(OnnxFile onnx) {
        var missing = new TreeMap<>(FUNCTIONS);
        missing.keySet().removeIf(name -> !onnx.operators().contains(MISSING_FROM + name));
        return missing;
    }

    /** The same model with these as functions of its own. */
    static byte[] replaced(byte[] model, OnnxFile onnx) throws IOException {
        var result = new ByteArrayOutputStream(model.length);
        result.write(ProtoEdit.of(model, Map.of(MODEL_GRAPH, MissingOperators::inGraph)));
        long version = onnx.opsets().getOrDefault("", 1L);
        result.write(OnnxWriter.message(out -> {
            out.writeByteArray(MODEL_OPSET, opset(DOMAIN, 1));
            for (var missing : functions(onnx).entrySet()) {
                out.writeByteArray(MODEL_FUNCTION, message(missing.getKey(), missing.getValue(), version));
            }
        }));
        return result.toByteArray();
    }

    private static byte[] inGraph(byte[] graph) throws IOException {
        return ProtoEdit.of(graph, Map.of(GRAPH_NODE, MissingOperators::inNode));
    }

    private static byte[] inNode(byte[] node) throws IOException {
        if (isMissing(node)) {
            return ProtoEdit.of(node, Map.of(NODE_DOMAIN, _ -> DOMAIN.getBytes(StandardCharsets.US_ASCII)));
        }
        // Such as the branches of an If.
        return ProtoEdit.of(node, Map.of(NODE_ATTRIBUTE, attribute -> ProtoEdit.of(attribute,
                Map.of(ATTRIBUTE_GRAPH, MissingOperators::inGraph, ATTRIBUTE_GRAPHS, MissingOperators::inGraph))));
    }

    private static boolean isMissing(byte[] node) throws IOException {
        var in = CodedInputStream.newInstance(node);
        var operator = "";
        var domain = "";
        while (!in.isAtEnd()) {
            int tag = in.readTag();
            switch (WireFormat.getTagFieldNumber(tag)) {
                case NODE_OPERATOR -> operator = in.readString();
                case NODE_DOMAIN -> domain = in.readString();
                default -> in.skipField(tag);
            }
        }
        return (domain + ":").equals(MISSING_FROM) && FUNCTIONS.containsKey(operator);
    }

    private static byte[] message(String name, Function function, long version) {
        return OnnxWriter.message(out -> {
            out.writeString(1, name);
            for (var input : function.inputs()) {
                out.writeString(4, input);
            }
            for (var output : function.outputs()) {
                out.writeString(5, output);
            }
            for (var node : function.nodes()) {
                out.writeByteArray(7, node);
            }
            out.writeByteArray(9, opset("", version));
            out.writeString(10, DOMAIN);
            for (var attribute : function.defaults()) {
                out.writeByteArray(11, attribute);
            }
        });
    }

    /** {@code decay = scale · softplus(a + dt_bias)}, in float; {@code beta = sigmoid(b)}: [batch, sequence, heads] each. */
    private static Function linearAttentionGate() {
        return new Function(List.of("a", "dt_bias", "scale", "b"), List.of("decay", "beta"),
                List.of(toFloat("a_float", "a"), toFloat("bias_float", "dt_bias"), toFloat("scale_float", "scale"),
                        of("Add", "sum", "a_float", "bias_float"), of("Softplus", "positive", "sum"),
                        of("Mul", "decay_float", "positive", "scale_float"),
                        of("CastLike", "decay", "decay_float", "a"), of("Sigmoid", "beta", "b")),
                List.of());
    }

    /**
     * {@code y = norm(x) · silu(gate)}, where each head of the last axis, as long as {@code scale} is, has its own root of the mean
     * square; in float.
     */
    private static Function gatedRmsNorm() {
        return new Function(List.of("x", "scale", "gate"), List.of("y"), List.of(of("Shape", "head", "scale"),
                node("Constant", List.of("free"), List.of(), integers("value_ints", -1)),
                node("Shape", List.of("leading"), List.of("x"), integer("end", -1)),
                node("Concat", List.of("heads"), List.of("leading", "free", "head"), integer("axis", 0)),
                of("Shape", "whole", "x"), toFloat("x_float", "x"), toFloat("scale_float", "scale"),
                of("Reshape", "by_head", "x_float", "heads"),
                node("SimplifiedLayerNormalization", List.of("normed"), List.of("by_head", "scale_float"),
                        integer("axis", -1), sameReal("epsilon"), integer("stash_type", FLOAT)),
                of("Reshape", "normed_whole", "normed", "whole"), toFloat("gate_float", "gate"),
                of("Sigmoid", "open", "gate_float"), of("Mul", "silu", "gate_float", "open"),
                of("Mul", "y_float", "normed_whole", "silu"), of("CastLike", "y", "y_float", "x")),
                List.of(real("epsilon", 1e-5f)));
    }

    /** {@code y = x + scaled · gate}. */
    private static Function gatedAdd() {
        return new Function(List.of("x", "scaled", "gate"), List.of("y"),
                List.of(of("Mul", "gated", "scaled", "gate"), of("Add", "y", "x", "gated")), List.of());
    }

    private static byte[] of(String operator, String output, String... inputs) {
        return node(operator, List.of(output), List.of(inputs));
    }

    private static byte[] toFloat(String output, String input) {
        return node("Cast", List.of(output), List.of(input), integer("to", FLOAT));
    }
}
