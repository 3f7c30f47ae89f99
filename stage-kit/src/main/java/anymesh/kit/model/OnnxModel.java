// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import anymesh.kit.compute.Cores;
import anymesh.kit.compute.SideBySide;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.Overloaded;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * An ONNX Runtime session. Inputs are handed over without a copy; outputs are written in place into tensors of the
 * caller, or copied once off the runtime's memory. Safe for use by many threads; {@link #close} after the last run.
 */
public final class OnnxModel implements AutoCloseable {
    /** What the runtime, the C++ library and CUDA say when there is no memory; it has no code of its own. */
    private static final Pattern NO_MEMORY = Pattern.compile("Failed to allocate memory|bad[ _]alloc"
            + "|smaller than requested bytes|out of memory|STATUS_ALLOC_FAILED", Pattern.CASE_INSENSITIVE);
    private static final AtomicInteger OPEN = new AtomicInteger();

    private final OrtEnvironment environment = OnnxEnvironment.get();
    private final Path file;
    private final OrtSession session;
    private final NativeSession natively;
    private final Provider provider;
    private final int threads;
    private final Map<String, TensorInfo> inputs;
    private final Map<String, TensorInfo> outputs;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OnnxModel(Path file, ProviderLadder.Opened opened) throws OrtException {
        this.file = file;
        this.session = opened.session();
        this.natively = new NativeSession(session);
        this.provider = opened.provider();
        this.threads = opened.threads();
        this.inputs = describe(session.getInputInfo());
        this.outputs = describe(session.getOutputInfo());
    }

    /** Loads a model with the first provider that works; {@link BundleException} if none does or the file is no model. */
    public static OnnxModel load(Path file, OnnxSettings settings) {
        try {
            return of(file, ProviderLadder.open(file, settings));
        } catch (OrtException e) {
            throw new BundleException(file + ": no model that ONNX Runtime can load: " + ProviderLadder.reason(file, e),
                    e);
        }
    }

    private static OnnxModel of(Path file, ProviderLadder.Opened opened) throws OrtException {
        try {
            var model = new OnnxModel(file, opened);
            OPEN.incrementAndGet();
            return model;
        } catch (RuntimeException | OrtException e) {
            opened.session().close();
            throw e;
        }
    }

    public Path file() {
        return file;
    }

    /** How many models this process holds now. */
    public static int open() {
        return OPEN.get();
    }

    public Map<String, TensorInfo> inputs() {
        return inputs;
    }

    public Map<String, TensorInfo> outputs() {
        return outputs;
    }

    /** An input that must be there; {@link BundleException} naming those that are, if it is not. */
    public TensorInfo input(String name) {
        return required("input", name, inputs);
    }

    /** An output that must be there; {@link BundleException} naming those that are, if it is not. */
    public TensorInfo output(String name) {
        return required("output", name, outputs);
    }

    public Provider provider() {
        return provider;
    }

    /**
     * How to run many rows: in parts side by side, where a run takes one core. Runs of one model may go on at the same time as long as
     * each has tensors of its own.
     */
    public SideBySide sideBySide() {
        return sideBySide(2);
    }

    /** The same, in parts of so many rows at least. */
    public SideBySide sideBySide(int together) {
        return workers() > 1 ? SideBySide.onCores(together) : SideBySide.never();
    }

    /** How many may run it at the same time to use all cores: one where a run takes all of them, or none. */
    public int workers() {
        return provider == Provider.CPU && threads == 1 ? Cores.ALL : 1;
    }

    /** All outputs, each copied into a tensor of its own; {@link InferenceFailed} if the run fails, {@link Overloaded} for want of memory. */
    public Map<String, Tensor> run(Map<String, Tensor> feeds) {
        return run(feeds, outputs.keySet());
    }

    /** The named outputs, each copied into a tensor of its own. */
    public Map<String, Tensor> run(Map<String, Tensor> feeds, Set<String> wanted) {
        var lent = new Lent();
        try (lent; var result = session.run(lent.all(feeds), wanted)) {
            var tensors = new LinkedHashMap<String, Tensor>();
            for (var name : wanted) {
                var value = (OnnxTensor) result.get(name).orElseThrow();
                tensors.put(name, copy(value));
            }
            return tensors;
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** Runs into tensors of the caller, whose shapes must be the outputs' own: nothing is copied. */
    public void run(Map<String, Tensor> feeds, Map<String, Tensor> results) {
        requireOpen();
        try {
            natively.run(feeds, results);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** For many runs on the same memory, or on memory where the session runs; {@link InferenceFailed} if the runtime refuses it. */
    public IoBinding bind() {
        requireOpen();
        try {
            return new IoBinding(this, natively);
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    /** The C API would use what was freed. */
    void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException(file + " was closed");
        }
    }

    /** May be called again. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        OPEN.decrementAndGet();
        try {
            session.close();
        } catch (OrtException e) {
            throw failed(e);
        }
    }

    MeshException failed(OrtException e) {
        var text = file.getFileName() + ": " + e.getMessage();
        return NO_MEMORY.matcher(text).find() ? new Overloaded(text, e) : new InferenceFailed(text, e);
    }

    private TensorInfo required(String kind, String name, Map<String, TensorInfo> known) {
        var info = known.get(name);
        if (info == null) {
            throw new BundleException("%s has no %s '%s' (it has: %s)".formatted(file, kind, name, known.keySet()));
        }
        return info;
    }

    private static Map<String, TensorInfo> describe(Map<String, ai.onnxruntime.NodeInfo> nodes) {
        var infos = new LinkedHashMap<String, TensorInfo>();
        nodes.forEach((name, node) -> {
            if (node.getInfo() instanceof ai.onnxruntime.TensorInfo info) {
                var shape = new ArrayList<Long>();
                for (long axis : info.getShape()) {
                    shape.add(axis);
                }
                infos.put(name, new TensorInfo(name, elementType(info.onnxType), shape));
            }
        });
        return Collections.unmodifiableMap(infos);
    }

    private static Tensor copy(OnnxTensor value) {
        var type = elementType(value.getInfo().onnxType);
        var tensor = Tensor.allocate(type, value.getInfo().getShape());
        ByteBuffer from = value.getByteBuffer();
        tensor.bytes().put(from);
        return tensor;
    }

    private static ElementType elementType(OnnxTensorType type) {
        return switch (type) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> ElementType.FLOAT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 -> ElementType.FLOAT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> ElementType.INT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> ElementType.INT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> ElementType.BOOL;
            default ->
                throw new BundleException("tensor type " + type + " (expected: float, float16, int64, int32, bool)");
        };
    }

    private static OnnxJavaType javaType(ElementType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case INT64 -> OnnxJavaType.INT64;
            case INT32 -> OnnxJavaType.INT32;
            case BOOL -> OnnxJavaType.BOOL;
        };
    }

    /** The runtime's handles on tensors of the caller, for one run. */
    private final class Lent implements AutoCloseable {
        private final Map<String, OnnxTensor> handles = new HashMap<>();

        Map<String, OnnxTensor> all(Map<String, Tensor> tensors) throws OrtException {
            for (var entry : tensors.entrySet()) {
                var tensor = entry.getValue();
                handles.put(entry.getKey(), OnnxTensor.createTensor(environment, tensor.bytes(), tensor.shape(),
                        javaType(tensor.type())));
            }
            return handles;
        }

        @Override
        public void close() {
            handles.values().forEach(OnnxTensor::close);
        }
    }
}
