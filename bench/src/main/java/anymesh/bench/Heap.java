// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The heap of another Java process of this machine. */
final class Heap {
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    private static final String JCMD = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

    private Heap() {}

    /** What is left of it after a collection. */
    static long liveBytes(Process process) throws IOException {
        var jcmd = new ProcessBuilder(JCMD, String.valueOf(process.pid()), "GC.class_histogram").start();
        var histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var total = TOTAL.matcher(histogram);
        if (!total.find()) {
            throw new IOException(histogram);
        }
        return Long.parseLong(total.group(1));
    }
}
