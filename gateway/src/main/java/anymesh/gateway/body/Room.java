// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

/** The memory that one request may take, counted before it is taken. Thread-safe. */
public interface Room {
    /** Room without end, for what is small or bounded elsewhere. */
    Room UNBOUNDED = new Room() {
        @Override
        public void hold(long bytes) {
            // nobody counts
        }

        @Override
        public void release(long bytes) {
            // nobody counts
        }
    };

    /** Takes room for so many bytes more, until the request ends; throws what the client is to be told if there is none. */
    void hold(long bytes);

    /** Gives room back before the request ends. */
    void release(long bytes);
}
