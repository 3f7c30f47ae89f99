// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a session reads and writes, bound for many runs: {@code OrtIoBinding}, which the Java API has not. An output may stay where the
 * session runs and become an input of the next run, so that what a decoder remembers need not cross the bus to a GPU with each token. See
 * ADR 40.
 *
 * <p>Not thread-safe, and to be closed before the model. What the runtime refuses is an {@link anymesh.wire.error.InferenceFailed}.
 */
public final class IoBinding implements AutoCloseable {
    private final OnnxModel model;
    private final NativeSession session;
    private final MemorySegment handle;
    /** The runtime tells them by when they were bound first. */
    private final List<String> outputs = new ArrayList<>();
    /** Memory of the caller that the runtime uses is not to go. */
    private final Map<String, Tensor> lent = new HashMap<>();
    /** Outputs of the last run that are where the session runs. */
    private final Set<String> kept = new HashSet<>();
    private boolean closed;

    @FunctionalInterface
    private interface Call {
        void run() throws OrtException;
    }

    @FunctionalInterface
    private interface Use {
        void of(MemorySegment value) throws OrtException;
    }

    IoBinding(OnnxModel model, NativeSession session) throws OrtException {
        this.model = model;
        this.session = session;
        this.handle = OrtApi.binding(session.handle());
    }

    /** An input is memory of the caller: on the CPU as it is at each run, on a device as it is now. */
    public void feed(String input, Tensor tensor) {
        call(() -> withValue(tensor, value -> OrtApi.bindInput(handle, session.input(input), value)));
        lent.put(input, tensor);
    }

    /** An output goes into memory of the caller, in the shape that it has there. */
    public void write(String output, Tensor tensor) {
        call(() -> withValue(tensor, value -> OrtApi.bindOutput(handle, session.output(output), value)));
        lent.put(output, tensor);
        know(output);
    }

    /** An output stays where the session runs, in memory that the runtime takes for it at the next run. */
    public void keep(String output) {
        var place = OrtApi.memoryOf(model.provider());
        call(() -> OrtApi.bindOutputTo(place, handle, session.output(output)));
        lent.remove(output);
        know(output);
    }

    /** Runs on what is bound. */
    public void run() {
        kept.clear();
        try {
            call(() -> OrtApi.run(session.handle(), handle));
        } finally {
            Reference.reachabilityFence(lent);
        }
        outputs.stream().filter(output -> !lent.containsKey(output)).forEach(kept::add);
    }

    /**
     * What the last run kept becomes inputs of the next, which keeps its own elsewhere.
     *
     * @param inputs by the outputs' names
     */
    public void feedBack(Map<String, String> inputs) {
        if (!kept.containsAll(inputs.keySet())) {
            throw new IllegalArgumentException("fed back: %s (expected: what the last run kept, %s)".formatted(
                    inputs.keySet(), kept));
        }
        call(() -> {
            var values = OrtApi.outputs(handle);
            try {
                for (var entry : inputs.entrySet()) {
                    OrtApi.bindInput(handle, session.input(entry.getValue()),
                            values.get(outputs.indexOf(entry.getKey())));
                }
            } finally {
                values.forEach(value -> OrtApi.release(value.address()));
            }
        });
        inputs.forEach((output, input) -> {
            lent.remove(input);
            keep(output);
        });
    }

    private void know(String output) {
        kept.remove(output);
        if (!outputs.contains(output)) {
            outputs.add(output);
        }
    }

    private static void withValue(Tensor tensor, Use use) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var made = arena.allocate(ADDRESS);
            OrtApi.tensor(tensor, arena.allocateFrom(JAVA_LONG, tensor.shape()).address(), made.address());
            var value = made.get(ADDRESS, 0);
            try {
                use.of(value);
            } finally {
                OrtApi.release(value.address());
            }
        }
    }

    private void call(Call call) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        model.requireOpen();
        try {
            call.run();
        } catch (OrtException e) {
            throw model.failed(e);
        }
    }

    /** May be called again. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            OrtApi.releaseBinding(handle);
        }
    }
}
