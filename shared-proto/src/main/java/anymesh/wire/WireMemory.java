// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.Overloaded;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;

/**
 * The off-heap memory of one service, with a hard limit. Everything allocated here is counted, so that closing it last
 * proves that nothing leaked. Safe for use by many threads.
 */
public final class WireMemory implements AutoCloseable {
    private final String name;
    private final BlockPool pool;
    private final RootAllocator allocator;

    /**
     * Nothing is taken until the first batch.
     *
     * @param name       for messages
     * @param limitBytes the most that batches may hold at a time
     */
    public WireMemory(String name, long limitBytes) {
        this.name = name;
        this.pool = new BlockPool(Math.min(limitBytes / 4, WireLimits.MAX_MESSAGE_BYTES));
        this.allocator = new RootAllocator(RootAllocator.configBuilder().allocationManagerFactory(pool)
                .roundingPolicy(BlockPool::roundedSize).maxAllocation(limitBytes).build());
    }

    /** What live batches hold, in bytes; each batch is rounded up by at most a quarter. */
    public long allocatedBytes() {
        return allocator.getAllocatedMemory();
    }

    /**
     * Ends the use of this memory.
     *
     * @throws IllegalStateException if a batch is still open: a leak
     */
    @Override
    public void close() {
        try {
            allocator.close();
        } finally {
            pool.close();
        }
    }

    BufferAllocator allocator() {
        return allocator;
    }

    ArrowBuf allocate(long bytes) {
        try {
            return allocator.buffer(bytes);
        } catch (OutOfMemoryException e) {
            throw new Overloaded("memory %s: %d bytes more than its limit of %d allows (%d in use)".formatted(name,
                    bytes, allocator.getLimit(), allocatedBytes()), e);
        }
    }
}
