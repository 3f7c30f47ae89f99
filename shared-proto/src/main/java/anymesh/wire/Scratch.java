// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * The 64 KiB arrays through which bodies pass from native memory into gRPC's buffers: small enough to stay in the cache.
 * A pool and no thread local, because handlers run on virtual threads, each of which would make its own.
 */
final class Scratch {
    private static final int BYTES = 64 << 10;
    private static final ArrayBlockingQueue<byte[]> IDLE = new ArrayBlockingQueue<>(32);

    private Scratch() {}

    static byte[] take() {
        byte[] idle = IDLE.poll();
        return idle == null ? new byte[BYTES] : idle;
    }

    /** Kept if there is room. */
    @SuppressWarnings("ReturnValueIgnored")
    static void give(byte[] array) {
        IDLE.offer(array);
    }
}
