// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents tell the truth about the tree. */
final class DocumentsTest {
    private static final Path ROOT = Path.of(System.getProperty("anymesh.root"));
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

    @Test
    void everyRelativeLinkInADocumentLeadsSomewhere() throws IOException {
        var broken = new ArrayList<String>();
        int links = 0;
        for (var document : documents()) {
            var matcher = LINK.matcher(Files.readString(document));
            while (matcher.find()) {
                links++;
                if (!Files.exists(document.resolveSibling(matcher.group(1)))) {
                    broken.add(ROOT.relativize(document) + " -> " + matcher.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(10);
    }

    @Test
    void everyMainIsUnderSixtyLines() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            var mains = files.filter(file -> file.toString().contains("src/main/java"))
                    .filter(file -> file.getFileName().toString().endsWith("Main.java"))
                    .filter(file -> !file.toString().contains("stage-kit")).toList();
            assertThat(mains).extracting(file -> file.getFileName().toString()).containsExactlyInAnyOrder(
                    "EncoderMain.java", "InputProjectorMain.java", "BackboneMain.java", "OutputProjectorMain.java",
                    "GeneratorMain.java", "GatewayMain.java");
            for (var main : mains) {
                assertThat(Files.readAllLines(main)).as(main.toString()).hasSizeLessThan(60);
            }
        }
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !file.toString().contains("/target/") && !file.toString().contains("/out/"))
                    .toList();
        }
    }
}
