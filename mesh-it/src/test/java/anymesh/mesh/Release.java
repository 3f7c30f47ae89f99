// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/** A version that is out, and the commit that it is. */
record Release(String version, String commit) {
    private static final Pattern VERSION = Pattern.compile("<version>([^<]+?)(-SNAPSHOT)?</version>");

    /** All of them, the last one at the end: the file {@code releases}. */
    static List<Release> all() throws IOException {
        return Files.readAllLines(Python.ROOT.resolve("releases")).stream().filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" ", 2)).map(words -> new Release(words[0], words[1])).toList();
    }

    /** The version that is being made here: the poms'. */
    static String next() {
        try {
            return VERSION.matcher(Files.readString(Python.ROOT.resolve("pom.xml"))).results().findFirst().orElseThrow()
                    .group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
