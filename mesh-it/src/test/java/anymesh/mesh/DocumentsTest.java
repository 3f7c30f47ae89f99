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

    private static final Pattern IMAGE = Pattern
            .compile("(?:anymesh/[a-z{},-]+:(?:\\$\\{ANYMESH_VERSION:-)?|newTag: )(\\d+\\.\\d+\\.\\d+)");

    @Test
    void everyRelativeLinkInADocumentLeadsSomewhere() throws IOException {
        assertThat(brokenLinks(ROOT)).isEmpty();
    }

    /** The links of the documents below a folder that lead nowhere; there are links. */
    static List<String> brokenLinks(Path root) throws IOException {
        var broken = new ArrayList<String>();
        int links = 0;
        for (var document : documents(root)) {
            var matcher = LINK.matcher(Files.readString(document));
            while (matcher.find()) {
                links++;
                if (!Files.exists(document.resolveSibling(matcher.group(1)))) {
                    broken.add(root.relativize(document) + " -> " + matcher.group(1));
                }
            }
        }
        assertThat(links).isGreaterThan(10);
        return broken;
    }

    @Test
    void everyImageThatIsNamedIsOfTheVersionThatIsBeingMade() throws IOException {
        var named = new ArrayList<String>();
        for (var file : List.of("compose.yaml", "compose.gpu.yaml", "docs/deploy.md", "k8s")) {
            try (var files = Files.walk(ROOT.resolve(file))) {
                for (var one : files.filter(Files::isRegularFile).toList()) {
                    IMAGE.matcher(Files.readString(one)).results().map(found -> found.group(1)).forEach(named::add);
                }
            }
        }
        assertThat(named).hasSizeGreaterThan(24).containsOnly(Release.next());
    }

    @Test
    void theChangelogHasEveryRelease() throws IOException {
        var changes = Files.readString(ROOT.resolve("CHANGELOG.md"));
        assertThat(Release.all()).isNotEmpty()
                .allSatisfy(release -> assertThat(changes).contains("\n## " + release.version() + " ("));
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

    private static List<Path> documents(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> Stream.of("/target/", "/out/", "/node_modules/", "/.venv/")
                            .noneMatch(file.toString()::contains))
                    .toList();
        }
    }
}
