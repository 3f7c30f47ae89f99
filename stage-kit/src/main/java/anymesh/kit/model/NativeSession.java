// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A session of the Java API, run through the C API: for each run the Java API makes an object for each tensor, and all names anew, which is
 * a good part of what a token of a small decoder takes. Runs may go on at the same time.
 */
final class NativeSession {
    private final MemorySegment handle;
    private final Map<String, MemorySegment> inputs;
    private final Map<String, MemorySegment> outputs;

    NativeSession(OrtSession session) {
        this.handle = OrtApi.session(session);
        this.inputs = names(session.getInputNames());
        this.outputs = names(session.getOutputNames());
    }

    private static Map<String, MemorySegment> names(Set<String> names) {
        var memory = Arena.ofAuto();
        var all = new HashMap<String, MemorySegment>();
        names.forEach(name -> all.put(name, memory.allocateFrom(name)));
        return all;
    }

    MemorySegment handle() {
        return handle;
    }

    /** The name as the C API takes it. */
    MemorySegment input(String name) throws OrtException {
        return known("input", name, inputs);
    }

    /** The name as the C API takes it. */
    MemorySegment output(String name) throws OrtException {
        return known("output", name, outputs);
    }

    private static MemorySegment known(String kind, String name, Map<String, MemorySegment> names) throws OrtException {
        var known = names.get(name);
        if (known == null) {
            throw new OrtException("no %s '%s' (it has: %s)".formatted(kind, name, names.keySet()));
        }
        return known;
    }

    /** Reads and writes the memory of these tensors. */
    void run(Map<String, Tensor> feeds, Map<String, Tensor> results) throws OrtException {
        try (var arena = Arena.ofConfined();
                var fed = new Values(arena, feeds);
                var wanted = new Values(arena, results)) {
            for (var feed : feeds.entrySet()) {
                fed.add(input(feed.getKey()), feed.getValue());
            }
            for (var result : results.entrySet()) {
                wanted.add(output(result.getKey()), result.getValue());
            }
            OrtApi.run(handle, fed.names(), fed.handles(), fed.count, wanted.names(), wanted.count, wanted.handles());
        } finally {
            Reference.reachabilityFence(feeds);
            Reference.reachabilityFence(results);
            Reference.reachabilityFence(this); // the names
        }
    }

    /** Tensors of the caller, as the runtime takes them for one run: an array of names, one of handles, and all axes. */
    private static final class Values implements AutoCloseable {
        private final MemorySegment memory;
        private final int size;
        private int count;
        private int axes;

        Values(Arena arena, Map<String, Tensor> tensors) {
            this.size = tensors.size();
            int words = 2 * size;
            for (var tensor : tensors.values()) {
                words += tensor.rank();
            }
            this.memory = arena.allocate(JAVA_LONG, words);
            this.axes = 2 * size;
        }

        void add(MemorySegment name, Tensor tensor) throws OrtException {
            for (int axis = 0; axis < tensor.rank(); axis++) {
                memory.setAtIndex(JAVA_LONG, axes + axis, tensor.size(axis));
            }
            OrtApi.tensor(tensor, address(axes), address(size + count));
            memory.setAtIndex(JAVA_LONG, count, name.address());
            axes += tensor.rank();
            count++;
        }

        long names() {
            return address(0);
        }

        long handles() {
            return address(size);
        }

        private long address(int word) {
            return memory.address() + word * JAVA_LONG.byteSize();
        }

        @Override
        public void close() {
            for (int i = 0; i < count; i++) {
                OrtApi.release(memory.getAtIndex(JAVA_LONG, size + i));
            }
        }
    }
}
