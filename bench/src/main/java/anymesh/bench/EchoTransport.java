// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

/** A running echo server and a client's connection to it, both in this process, on loopback. */
@SuppressWarnings("try") // an interrupted benchmark ends
interface EchoTransport extends AutoCloseable {
    String name();

    /** One caller's way through it. */
    Lane open(Payload payload) throws Exception;

    @Override
    void close() throws Exception;

    /** Used by one thread. */
    interface Lane extends AutoCloseable {
        /**
         * Sends the payload, its first and last eight bytes set to the stamp, and waits for it to come back.
         *
         * @throws IllegalStateException if other bytes come back
         */
        void call(long stamp) throws Exception;

        @Override
        void close() throws Exception;
    }

    /** Fails unless both stamps came back. */
    static void check(long stamp, long first, long last) {
        if (first != stamp || last != ~stamp) {
            throw new IllegalStateException("echo of %x: %x, %x".formatted(stamp, first, last));
        }
    }
}
