// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class LogFilesTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintStream to = new PrintStream(out, true, StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    @Test
    void aServiceIsAllItsInstancesAndNoOthers() throws IOException {
        write("generator-image-1", "a\nb\nc\n");
        write("generator-image-2", "d\n");
        write("generator-image-pro-1", "x\n");
        new LogFiles(folder).print(List.of("generator-image"), 2, to);
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("generator-image-1 | b",
                "generator-image-1 | c", "generator-image-2 | d");
    }

    @Test
    void severalInstancesAreShownAndNotTheOthersOfTheirService() throws IOException {
        write("backbone-1", "a\n");
        write("backbone-2", "b\n");
        write("backbone-3", "c\n");
        new LogFiles(folder).print(List.of("backbone-1", "backbone-3"), 5, to);
        assertThat(out.toString(StandardCharsets.UTF_8).lines()).containsExactly("backbone-1 | a", "backbone-3 | c");
    }

    @Test
    void oneInstanceIsShownAsItIs() throws IOException {
        write("backbone-1", "grün\n");
        new LogFiles(folder).print(List.of("backbone-1"), 10, to);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("grün\n");
    }

    @Test
    void aLogThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new LogFiles(folder).print(List.of("nobody"), 10, to))
                .hasMessageContaining("'nobody'");
    }

    @Test
    void followingShowsWholeLinesAsTheyAreWrittenAlsoOfNewInstances() throws Exception {
        write("backbone-1", "old\n");
        var logs = new LogFiles(folder);
        logs.print(List.of("backbone"), 10, to);
        var follower = Thread.ofVirtual().start(() -> {
            try {
                logs.follow(List.of("backbone"), to);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException _) {
                // as told
            }
        });
        write("backbone-1", "half a ");
        write("backbone-2", "new\n");
        await().until(() -> out.toString(StandardCharsets.UTF_8).contains("backbone-2 | new"));
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("half");
        write("backbone-1", "line\n");
        await().until(() -> out.toString(StandardCharsets.UTF_8).contains("backbone-1 | half a line"));
        follower.interrupt();
        follower.join();
        assertThat(out.toString(StandardCharsets.UTF_8).split("old", -1)).as("printed once").hasSize(2);
    }

    private void write(String instance, String text) throws IOException {
        Files.writeString(folder.resolve(instance + ".log"), text, StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
