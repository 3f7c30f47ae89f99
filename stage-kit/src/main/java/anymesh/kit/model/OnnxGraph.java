// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The operators of an ONNX file, which a session does not tell: read from the protobuf ({@code onnx.proto}) as a stream, with
 * the weights skipped.
 *
 * @param nodes of the graph in their order, which is that of their data
 * @param functions nodes of the file's own functions, which its other nodes may stand for
 * @param constants the whole numbers that the graph has by names, each alone
 */
public record OnnxGraph(List<Node> nodes, List<Node> functions, Map<String, Long> constants) {
    /** Graphs in graphs, in a file that is not made to harm. */
    private static final int MAX_DEPTH = 32;
    private static final int INT64 = 7;
    private static final int SHORT_TEXT = 32;

    public OnnxGraph {
        nodes = List.copyOf(nodes);
        functions = List.copyOf(functions);
        constants = Map.copyOf(constants);
    }

    /** One without constants. */
    public OnnxGraph(List<Node> nodes, List<Node> functions) {
        this(nodes, functions, Map.of());
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
            return new OnnxGraph(reader.nodes, reader.functions, reader.constants);
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

    /**
     * The highest number for which each If that compares one with a constant does what it does for low ones. Beyond it all rows of a
     * batch take the other branch together, as where the rotary factors of long texts are others; empty where no If is so. Small
     * constants tell shapes and first runs apart, not texts, and are not meant.
     */
    public OptionalLong turnsAfter() {
        var made = new HashMap<String, Node>();
        nodes.forEach(node -> node.outputs().forEach(output -> made.put(output, node)));
        return nodes.stream().filter(node -> node.domain().isEmpty() && node.operator().equals("If"))
                .flatMap(node -> node.inputs().stream().limit(1)).map(made::get).filter(Objects::nonNull)
                .flatMapToLong(this::turn).filter(last -> last >= SHORT_TEXT).min();
    }

    private LongStream turn(Node comparison) {
        if (!comparison.domain().isEmpty() || comparison.inputs().size() != 2) {
            return LongStream.empty();
        }
        var left = constants.get(comparison.inputs().get(0));
        var right = constants.get(comparison.inputs().get(1));
        if ((left == null) == (right == null)) {
            return LongStream.empty();
        }
        long constant = right != null ? right : Objects.requireNonNull(left);
        // The constant itself is on the low side in n > c and n <= c, and in c >= n and c < n.
        return switch (comparison.operator()) {
            case "Greater", "LessOrEqual" -> LongStream.of(right != null ? constant : constant - 1);
            case "GreaterOrEqual", "Less" -> LongStream.of(right != null ? constant - 1 : constant);
            default -> LongStream.empty();
        };
    }

    /** Field numbers are those of onnx.proto. */
    private static final class Reader {
        private final CodedInputStream in;
        private final ProtoReader reader;
        private final List<Node> nodes = new ArrayList<>();
        private final List<Node> functions = new ArrayList<>();
        private final Map<String, Long> constants = new HashMap<>();

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
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> reader.message(() -> node(into, depth));
                    case 5 -> reader.message(() -> initializer(depth == 0));
                    default -> in.skipField(tag);
                }
            }
        }

        /** A tensor of the graph; if it is one whole number, that is kept. */
        private void initializer(boolean isMain) throws IOException {
            var tensor = new Scalar();
            reader.fields(tensor::read);
            if (isMain && tensor.number().isPresent()) {
                constants.put(tensor.name, tensor.number().get());
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
            var value = new Scalar();
            var operator = "";
            var domain = "";
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 1 -> inputs.add(in.readStringRequireUtf8());
                    case 2 -> outputs.add(in.readStringRequireUtf8());
                    case 4 -> operator = in.readStringRequireUtf8();
                    case 5 -> reader.message(() -> attribute(inner, value, depth + 1));
                    case 7 -> domain = in.readStringRequireUtf8();
                    default -> in.skipField(tag);
                }
            }
            if (depth == 0 && operator.equals("Constant") && outputs.size() == 1) {
                value.number().ifPresent(number -> constants.put(outputs.getFirst(), number));
            }
            into.add(new Node(domain.equals("ai.onnx") ? "" : domain, operator, inputs, outputs, inner));
        }

        private void attribute(List<Node> into, Scalar value, int depth) throws IOException {
            if (depth > MAX_DEPTH) {
                throw new InvalidProtocolBufferException("graphs in graphs, deeper than " + MAX_DEPTH);
            }
            for (int tag; (tag = in.readTag()) != 0;) {
                switch (WireFormat.getTagFieldNumber(tag)) {
                    case 3 -> value.is(in.readInt64());
                    case 5 -> reader.message(() -> reader.fields(value::read));
                    case 6, 11 -> reader.message(() -> graph(into, depth));
                    default -> in.skipField(tag);
                }
            }
        }

        /** A tensor of which only one whole number would be of interest; larger ones are skipped. */
        private final class Scalar {
            private String name = "";
            private int type = INT64;
            private boolean isOne = true;
            private @Nullable Long value;

            void is(long number) {
                value = number;
            }

            Optional<Long> number() {
                return Optional.ofNullable(value).filter(_ -> isOne && type == INT64);
            }

            void read(int field, int tag) throws IOException {
                boolean packed = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
                switch (field) {
                    case 1 -> isOne &= packed ? isOne(in.readByteArray()) : in.readInt64() == 1;
                    case 2 -> type = in.readInt32();
                    case 7 -> value = packed ? only(in.readRawVarint32()) : Long.valueOf(in.readInt64());
                    case 8 -> name = in.readStringRequireUtf8();
                    case 9 -> {
                        int length = in.readRawVarint32();
                        if (length == Long.BYTES) {
                            value = in.readRawLittleEndian64();
                        } else {
                            in.skipRawBytes(length);
                        }
                    }
                    default -> in.skipField(tag);
                }
            }

            /** Packed sizes of axes. */
            private static boolean isOne(byte[] sizes) {
                for (byte size : sizes) {
                    if (size != 1) {
                        return false;
                    }
                }
                return true;
            }

            /** The first of packed numbers if there is no other. */
            private @Nullable Long only(int length) throws IOException {
                if (length == 0) {
                    return null;
                }
                int limit = in.pushLimit(length);
                long first = in.readInt64();
                boolean isAlone = in.getBytesUntilLimit() == 0;
                in.skipRawBytes(in.getBytesUntilLimit());
                in.popLimit(limit);
                return isAlone ? first : null;
            }
        }
    }
}
