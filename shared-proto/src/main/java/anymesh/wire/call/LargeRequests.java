// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.error.Overloaded;

/**
 * How much of the heap large requests may hold at once: files lie there until their call has ended, and a stage's heap is
 * small. Ordinary requests are not counted, so that they never wait for large ones. Thread-safe.
 */
final class LargeRequests {
    /** Of all calls of this process: a third of its heap, since what is made of a file may be as large again. */
    static final LargeRequests OF_THIS_PROCESS = new LargeRequests(Runtime.getRuntime().maxMemory() / 3);

    static final int LARGE_BYTES = 1 << 20;

    private final long limit;
    private long held;

    LargeRequests(long limit) {
        this.limit = limit;
    }

    /**
     * Holds so many bytes until it is closed, which may be done twice. {@link Overloaded} if there is no room; for one alone
     * there always is.
     */
    Registration take(long bytes) {
        if (bytes < LARGE_BYTES) {
            return () -> {};
        }
        synchronized (this) {
            if (held > 0 && held + bytes > limit) {
                throw new Overloaded(
                        "too many large files are being read at once (limit: %d MB)".formatted(limit >> 20));
            }
            held += bytes;
        }
        return new Held(bytes);
    }

    private final class Held implements Registration {
        private long bytes;

        Held(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void close() {
            synchronized (LargeRequests.this) {
                held -= bytes;
                bytes = 0;
            }
        }
    }
}
