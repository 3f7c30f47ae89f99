// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static java.lang.foreign.ValueLayout.ADDRESS;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
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
        try (var arena = Arena.ofConfined()) {
            var memory = SegmentAllocator.slicingAllocator(arena.allocate(bytes(feeds) + bytes(results), Long.BYTES));
            try (var fed = new Values(memory, feeds.size()); var wanted = new Values(memory, results.size())) {
                for (var feed : feeds.entrySet()) {
                    fed.add(memory, input(feed.getKey()), feed.getValue());
                }
                for (var result : results.entrySet()) {
                    wanted.add(memory, output(result.getKey()), result.getValue());
                }
                OrtApi.run(handle, fed.names, fed.handles, fed.count, wanted.names, wanted.count, wanted.handles);
            }
        } finally {
            Reference.reachabilityFence(feeds);
            Reference.reachabilityFence(results);
        }
    }

    /** A name, a handle and the axes of each. */
    private static long bytes(Map<String, Tensor> tensors) {
        long words = 0;
        for (var tensor : tensors.values()) {
            words += 2 + tensor.rank();
        }
        return words * Long.BYTES;
    }

    /** Tensors of the caller, as the runtime takes them for one run. */
    private static final class Values implements AutoCloseable {
        private final MemorySegment names;
        private final MemorySegment handles;
        private int count;

        Values(SegmentAllocator memory, int size) {
            this.names = memory.allocate(ADDRESS, size);
            this.handles = memory.allocate(ADDRESS, size);
        }

        void add(SegmentAllocator memory, MemorySegment name, Tensor tensor) throws OrtException {
            OrtApi.tensor(memory, tensor, handles.asSlice(count * ADDRESS.byteSize(), ADDRESS));
            names.setAtIndex(ADDRESS, count, name);
            count++;
        }

        @Override
        public void close() {
            for (int i = 0; i < count; i++) {
                OrtApi.release(handles.getAtIndex(ADDRESS, i));
            }
        }
    }
}
