// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The operators of an ONNX file, which a session does not tell: read from the protobuf ({@code onnx.proto}) as a stream, with
 * the weights skipped.
 *
 * @param nodes of the graph in their order, which is that of their data
 * @param functions nodes of the file's own functions, which its other nodes may stand for
 */
public record OnnxGraph(List<Node> nodes, List<Node> functions) {
    /** Graphs in graphs, in a file that is not made to harm. */
    private static final int MAX_DEPTH = 32;

    public OnnxGraph {
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
    }

    /**
     * One operator; domain {@code ""} is ONNX's own. An input that is left out is an empty name. The bodies of If, Loop and
     * Scan are {@code inner}; they may use the names of the graph around them.
     */
    public record Node(String domain, String operator, List<String> inputs, List<String> outputs, List<Node> inner) {

        public Node {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            inner = List.copyOf(inner);
        }

        /** Whether it has this input: it is there and named. */
        public boolean hasInput(int index) {
            return index < inputs.size() && !inputs.get(index).isEmpty();
        }

        /** Whether it or one of its bodies takes the numbers of one of these, not its shape alone. */
        private boolean takes(Set<String> names) {
            boolean shapeOnly = domain.isEmpty() && (operator.equals("Shape") || operator.equals("Size"));
            return !shapeOnly && (inputs.stream().anyMatch(names::contains)
                    || inner.stream().anyMatch(node -> node.takes(names)));
        }
    }

    /** Reads a file; {@link BundleException} if it is no ONNX protobuf. */
    public static OnnxGraph read(Path file) {
        try (var in = Files.newInputStream(file)) {
            var reader = new Reader(CodedInputStream.newInstance(in));
            reader.model();
            if (reader.nodes.isEmpty()) {
                throw new BundleException(file + ": no operators (expected: an ONNX protobuf)");
            }
            return new OnnxGraph(reader.nodes, reader.functions);
        } catch (InvalidProtocolBufferException e) {
            throw new BundleException(file + ": no ONNX protobuf: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Every operator, those in bodies and functions included. */
    public List<Node> all() {
        var all = new ArrayList<Node>();
        collect(nodes, all);
        collect(functions, all);
        return all;
    }

    private static void collect(List<Node> from, List<Node> into) {
        for (var node : from) {
            into.add(node);
            collect(node.inner(), into);
        }
    }

    /** Whether the numbers of an output depend on those of an input; what takes only its shape does not. */
    public boolean depends(String output, String input) {
        var dependent = new HashSet<>(Set.of(input));
        for (var node : nodes) {
            if (node.takes(dependent)) {
                dependent.addAll(node.outputs());
                dependent.remove(""); // an output that is left out
            }
        }
        return dependent.contains(output);
    }

    /** Field numbers are those of onnx.proto. */
    private static final class Reader {
        private final CodedInputStream in;
        private final ProtoReader reader;
        private final List<Node> nodes = new ArrayList<>();
        private final List<Node> functions = new ArrayList<>();

        Reader(CodedInputStream in) {
            this.in = in;
            this.reader = new ProtoReader(in);
        }

        void model() throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 7 -> reader.message(() -> graph(nodes, 0));
                    case 25 -> reader.message(() -> function());
                    default -> in.skipField(tag);
                }
            }
        }

        private void graph(List<Node> into, int depth) throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                if (WireFormat.getTagFieldNumber(tag) == 1) {
                    reader.message(() -> node(into, depth));
                } else {
                    in.skipField(tag);
                }
            }
        }

        private void function() throws IOException {
            for (int tag; (tag = in.readTag()) != 0;) {
                if (WireFormat.getTagFieldNumber(tag) == 7) {
                    reader.message(() -> node(functions, 0));
                } else {
                    in.skipField(tag);
                }
            }
        }

        private void node(List<Node> into, int depth) throws IOException {
            var inputs = new ArrayList<String>();
            var outputs = new ArrayList<String>();
            var inner = new ArrayList<Node>();
            var operator = "";
            var domain = "";
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> inputs.add(in.readStringRequireUtf8());
                    case 2 -> outputs.add(in.readStringRequireUtf8());
                    case 4 -> operator = in.readStringRequireUtf8();
                    case 5 -> reader.message(() -> attribute(inner, depth + 1));
                    case 7 -> domain = in.readStringRequireUtf8();
                    default -> in.skipField(tag);
                }
            }
            into.add(new Node(domain.equals("ai.onnx") ? "" : domain, operator, inputs, outputs, inner));
        }

        private void attribute(List<Node> into, int depth) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new InvalidProtocolBufferException("graphs in graphs, deeper than " + MAX_DEPTH);
            }
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 6, 11 -> reader.message(() -> graph(into, depth));
                    default -> in.skipField(tag);
                }
            }
        }
    }
}
