// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an ONNX file says of itself, read from the protobuf ({@code onnx.proto}) as a stream with the weights skipped: for whoever
 * has to know before a session is opened what it would open.
 *
 * @param inputs what is fed, in order; initializers that stand among the inputs are left out
 * @param outputs what comes out, in order
 * @param operators the operators of all graphs, of functions too, as {@code domain:type}; ONNX's own have no domain
 * @param functions the operators that the file itself defines
 * @param opsets the version of each domain of operators that the file names
 * @param external the data that lie in other files, of all graphs and attributes
 * @param weights how many numbers its weights have, by their type in {@code onnx.proto} (1 float, 3 int8, 10 float16, …)
 * @param quantizedBits the bits of each number in what operators such as MatMulNBits take packed
 */
public record OnnxFile(List<Value> inputs, List<Value> outputs, Set<String> operators, Set<String> functions,
        Map<String, Long> opsets, List<External> external, Map<Integer, Long> weights, Set<Integer> quantizedBits) {

    public OnnxFile {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        operators = Collections.unmodifiableSet(new TreeSet<>(operators));
        functions = Collections.unmodifiableSet(new TreeSet<>(functions));
        opsets = Collections.unmodifiableMap(new TreeMap<>(opsets));
        external = List.copyOf(external);
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
        quantizedBits = Collections.unmodifiableSet(new TreeSet<>(quantizedBits));
    }

    /**
     * An input or output.
     *
     * @param type its type in {@code onnx.proto}; 0 if it is no tensor
     * @param shape the size of each axis, -1 for a free one
     */
    public record Value(String name, int type, List<Long> shape) {

        public Value {
            shape = List.copyOf(shape);
        }
    }

    /**
     * Where a tensor's data lie.
     *
     * @param location the file, as the graph spells it
     * @param offset of the first byte
     * @param length in bytes; 0 if the file does not say, which means up to what the tensor's shape needs
     */
    public record External(String location, long offset, long length) {}

    /** Reads a file; {@link BundleException} if it is no ONNX protobuf. */
    public static OnnxFile read(Path file) {
        try (var in = Files.newInputStream(file)) {
            var scan = new OnnxScan(CodedInputStream.newInstance(in));
            scan.model();
            if (scan.operators.isEmpty()) {
                throw new BundleException(file + ": no operators (expected: an ONNX protobuf)");
            }
            var fed = new ArrayList<>(scan.inputs);
            fed.removeIf(input -> scan.initializers.contains(input.name()));
            return new OnnxFile(fed, scan.outputs, scan.operators, scan.functions, scan.opsets, scan.external,
                    scan.weights, scan.quantizedBits);
        } catch (InvalidProtocolBufferException e) {
            throw new BundleException(file + ": no ONNX protobuf, or not all of one: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    public Optional<Value> input(String name) {
        return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
    }

    public Optional<Value> output(String name) {
        return outputs.stream().filter(output -> output.name().equals(name)).findFirst();
    }
}
