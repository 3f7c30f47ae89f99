// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The programs of {@code examples/}, run by the commands of their README, print and write what it says. One that needs a
 * program that isn't there is skipped, in CI it fails; {@code ./anymesh test} installs what they need.
 */
@Timeout(600) // on a new machine Maven's and pip's downloads come first
final class ExamplesIT {
    private static final Path EXAMPLES = Python.ROOT.resolve("examples");

    private static EmbeddedMesh mesh;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        mesh = EmbeddedMesh.start(Python.ROOT, 0);
    }

    @AfterAll
    static void everyEmbeddingIsFreedWhenItCloses() {
        mesh.close();
    }

    @ParameterizedTest
    @CsvSource({"Python, python, python3", "JavaScript, javascript, node npm", "Java, java, mvn",
        "curl, curl, curl jq"})
    void theReadmesCommandsGiveWhatItSays(String section, String language, String programs) throws Exception {
        copyExamples();
        var printed = run(block("## " + section + "\n"), programs.split(" ", -1));
        assertThat(printed.lines()).as(printed).containsSubsequence(block("All four print").lines().toList());
        var out = folder.resolve("examples").resolve(language).resolve("out");
        for (var picture : List.of("bell", "blue-bell", "star", "cat-1", "cat-2")) {
            assertThat(ImageIO.read(out.resolve(picture + ".png").toFile()).getWidth()).as(picture).isEqualTo(128);
        }
        assertThat(out.resolve("blue-bell.png")).isRegularFile()
                .satisfies(changed -> assertThat(Files.mismatch(changed, out.resolve("bell.png"))).isNotNegative());
        try (var sound = AudioSystem.getAudioInputStream(out.resolve("sound.wav").toFile())) {
            assertThat(sound.getFrameLength()).isGreaterThan(10_000);
        }
        assertThat(Files.readString(out.resolve("film.mp4"), StandardCharsets.ISO_8859_1).substring(4))
                .startsWith("ftyp");
    }

    /** Without what somebody installed or made beside them. */
    private void copyExamples() throws IOException {
        try (var files = Files.walk(EXAMPLES)) {
            for (var file : files.filter(Files::isRegularFile).filter(ExamplesIT::isSource).toList()) {
                var copy = folder.resolve(Python.ROOT.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static boolean isSource(Path file) {
        return Stream.of("/.venv/", "/node_modules/", "/target/", "/out/").noneMatch(file.toString()::contains);
    }

    /** The first indented block of the README after a text. */
    private static String block(String after) throws IOException {
        var readme = Files.readString(EXAMPLES.resolve("README.md"));
        assertThat(readme).containsOnlyOnce(after);
        var block = Pattern.compile("(?m)(?:^    .*\n)+").matcher(readme);
        assertThat(block.find(readme.indexOf(after))).isTrue();
        return block.group().lines().map(String::strip).collect(Collectors.joining("\n"));
    }

    private String run(String commands, String... programs) throws IOException, InterruptedException {
        return Programs.run(folder,
                Map.of("ANYMESH_URL", mesh.url(), "JAVA_HOME", System.getProperty("java.home")), commands, programs);
    }
}
