// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Native blocks on 64-byte boundaries, as Arrow recommends for SIMD. Arrow's own Netty pool gives 16-byte boundaries and
 * takes blocks over 4 MB from the system each time, where first-touch page faults cost as much as the copy itself; this
 * pool keeps released blocks, up to a cap, for the next message of about the same size.
 */
@SuppressWarnings("restricted") // the foreign linker; the process is started with native access enabled
final class BlockPool implements AllocationManager.Factory, AutoCloseable {
    static final long ALIGNMENT = 64;

    private static final MethodHandle ALIGNED_ALLOC;
    private static final MethodHandle FREE;

    static {
        Linker linker = Linker.nativeLinker();
        ALIGNED_ALLOC = linker.downcallHandle(linker.defaultLookup().findOrThrow("aligned_alloc"), FunctionDescriptor
                .of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        FREE = linker.downcallHandle(linker.defaultLookup().findOrThrow("free"),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    }

    private final long maxIdleBytes;
    private final Map<Long, ArrayDeque<Long>> idle = new HashMap<>();
    private final ArrowBuf empty = new ArrowBuf(ReferenceManager.NO_OP, null, 0, 0);
    private long idleBytes;
    private boolean closed;

    BlockPool(long maxIdleBytes) {
        this.maxIdleBytes = maxIdleBytes;
    }

    /** Sizes in quarter steps between powers of two: few enough to be met again, close enough to waste little. */
    static long roundedSize(long bytes) {
        long step = Math.max(ALIGNMENT, Long.highestOneBit(Math.max(1, bytes - 1)) / 4);
        return Math.max(1, (bytes + step - 1) / step) * step;
    }

    @Override
    public AllocationManager create(BufferAllocator allocator, long size) {
        return new Block(allocator, this, size, take(size));
    }

    @Override
    public ArrowBuf empty() {
        return empty;
    }

    /** Gives the idle blocks back; a block that is released later is freed at once. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.values().forEach(addresses -> addresses.forEach(BlockPool::free));
        idle.clear();
        idleBytes = 0;
    }

    private long take(long size) {
        synchronized (this) {
            ArrayDeque<Long> addresses = idle.get(size);
            Long address = addresses == null ? null : addresses.pollLast();
            if (address != null) {
                idleBytes -= size;
                return address;
            }
        }
        return allocate(size);
    }

    private void give(long size, long address) {
        synchronized (this) {
            if (!closed && size <= maxIdleBytes) {
                makeRoom(size);
                idle.computeIfAbsent(size, key -> new ArrayDeque<>()).addLast(address);
                idleBytes += size;
                return;
            }
        }
        free(address);
    }

    /** What is asked for changes with the traffic, so blocks that nobody takes must not keep others out. */
    private void makeRoom(long size) {
        Iterator<Map.Entry<Long, ArrayDeque<Long>>> sizes = idle.entrySet().iterator();
        while (idleBytes + size > maxIdleBytes && sizes.hasNext()) {
            Map.Entry<Long, ArrayDeque<Long>> blocks = sizes.next();
            for (Long block = blocks.getValue().pollFirst(); block != null; block = blocks.getValue().pollFirst()) {
                free(block);
                idleBytes -= blocks.getKey();
                if (idleBytes + size <= maxIdleBytes) {
                    return;
                }
            }
            sizes.remove();
        }
    }

    private static long allocate(long size) {
        long address;
        try {
            address = (long) ALIGNED_ALLOC.invokeExact(ALIGNMENT, size);
        } catch (Throwable e) {
            throw new AssertionError("aligned_alloc", e);
        }
        if (address == 0) {
            throw new OutOfMemoryException("aligned_alloc of " + size + " bytes");
        }
        return address;
    }

    private static void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw new AssertionError("free", e);
        }
    }

    /** One block in use. */
    private static final class Block extends AllocationManager {
        private final BlockPool pool;
        private final long size;
        private final long address;

        Block(BufferAllocator allocator, BlockPool pool, long size, long address) {
            super(allocator);
            this.pool = pool;
            this.size = size;
            this.address = address;
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        protected long memoryAddress() {
            return address;
        }

        @Override
        protected void release0() {
            pool.give(size, address);
        }
    }
}
