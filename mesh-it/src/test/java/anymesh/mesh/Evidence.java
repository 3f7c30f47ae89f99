// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What must outlive a mesh whose callers noticed something: all its logs, and what they say of the requests concerned. */
final class Evidence {
    private static final Pattern REQUEST = Pattern.compile("load-\\d+");

    private Evidence() {}

    /** Keeps the logs of a folder in another one, and gives their lines about the requests that are named in these texts. */
    static List<String> keep(Path logs, Path kept, List<String> noticed) throws IOException {
        Files.createDirectories(kept);
        var ids = new TreeSet<String>();
        noticed.forEach(text -> REQUEST.matcher(text).results().forEach(found -> ids.add(found.group())));
        var told = new ArrayList<String>();
        try (Stream<Path> files = Files.list(logs)) {
            for (var log : files.sorted().toList()) {
                Files.copy(log, kept.resolve(log.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                try (Stream<String> lines = Files.lines(log)) {
                    lines.filter(line -> REQUEST.matcher(line).results().anyMatch(found -> ids.contains(found.group())))
                            .forEach(line -> told.add(log.getFileName() + ": " + line));
                }
            }
        }
        return told;
    }
}
