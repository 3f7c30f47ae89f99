// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How nice a thread is, on Linux. */
public final class ThreadNiceness {
    private ThreadNiceness() {}

    /** Of the calling thread. */
    public static int here() throws IOException {
        return of(Path.of("/proc/thread-self"));
    }

    /** Of a thread's folder in {@code /proc}; see proc(5), where it is the 19th field and the name, which may hold spaces, the second. */
    public static int of(Path thread) throws IOException {
        var stat = Files.readString(thread.resolve("stat"));
        return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
    }
}
