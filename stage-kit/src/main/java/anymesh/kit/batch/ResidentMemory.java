// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What this process has of the machine's memory, native tensors among it: Linux' {@code VmRSS}, proc(5). */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String KEY = "VmRSS:";
    private static final long OLD_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final AtomicLong looked = new AtomicLong(System.nanoTime() - OLD_NANOS);
    private static volatile long bytes;

    private ResidentMemory() {}

    /** As of a moment ago; 0 where the system does not say. */
    static long bytes() {
        long last = looked.get();
        long now = System.nanoTime();
        if (now - last >= OLD_NANOS && looked.compareAndSet(last, now)) {
            bytes = read();
        }
        return bytes;
    }

    private static long read() {
        try {
            for (var line : Files.readAllLines(STATUS)) {
                if (line.startsWith(KEY)) {
                    return Long.parseLong(line.substring(KEY.length()).replace("kB", "").strip()) << 10;
                }
            }
        } catch (IOException | NumberFormatException _) {
            // another system
        }
        return 0;
    }
}
