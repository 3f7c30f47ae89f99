// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.processes.Candidate;
import anymesh.gateway.recording.RecordedInput;
import anymesh.kit.registry.Release;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SheetTest {
    private static final Release NEW = Release.parse("generator-image=toyworld@3.0.0");
    private static final Release OLD = Release.parse("generator-image=toyworld@2.0.0");

    @TempDir
    private Path folder;

    private static RecordedInput input(String words) {
        return new RecordedInput("1", "r", OLD, Instant.EPOCH, words, GeneratorRequest.newBuilder()
                .setModality(Modality.IMAGE).setSeed(7).setNumInferenceSteps(8).setSize("64x64").build());
    }

    private static Outcome made(String type, double seconds) {
        return new Outcome.Made(GeneratedMedia.newBuilder().setMimeType(type)
                .setData(ByteString.copyFromUtf8("file")).build(), seconds);
    }

    private Summary summary(Row... rows) {
        var inputs = List.of(rows).stream().map(Row::input).toList();
        var recordings = new RecordingFiles(folder, List.of(), inputs, List.of("one.arrow: it ends early"));
        return new Summary(recordings, List.of(rows), List.of(Tally.of(new Candidate(NEW, folder), 0, List.of(rows)),
                Tally.of(new Candidate(OLD, folder), 1, List.of(rows))));
    }

    private String written(Summary summary) throws IOException {
        var file = folder.resolve("sheet.html");
        Sheet.write(summary, file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
        return Files.readString(file);
    }

    @Test
    void aRowShowsWhatEachMadeOrWhyNot() throws IOException {
        var html = written(summary(new Row(input("a bell"), List.of(made("image/png", 1), made("audio/wav", 2))),
                new Row(input("a cat"), List.of(new Outcome.Refused("8 steps (expected: 1 to 2)"),
                        made("video/mp4", 2)))));
        assertThat(html).contains("a bell", "seed 7, 8 steps, 64x64", "8 steps (expected: 1 to 2)")
                .contains("<img alt=\"\" src=\"data:image/png;base64,ZmlsZQ==\">")
                .contains("<audio controls src=\"data:audio/wav;base64,ZmlsZQ==\">")
                .contains("<video controls loop muted src=\"data:video/mp4;base64,ZmlsZQ==\">");
        assertThat(html.split("<td class=\"words\">", -1)).hasSize(3);
    }

    @Test
    void wordsOfStrangersStayWords() throws IOException {
        var html = written(summary(new Row(input("<script>alert(\"1\")</script> & TITLE"), List.of(
                made("image/png\" onerror=\"alert(1)", 1), new Outcome.Refused("<b>")))));
        assertThat(html).contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; TITLE", "&lt;b&gt;")
                .doesNotContain("<script", "\" onerror", "<b>").contains("default-src 'none'");
    }

    @Test
    void theRatioIsThatOfWhatBothMade() throws IOException {
        var summary = summary(new Row(input("1"), List.of(made("image/png", 1), made("image/png", 4))),
                new Row(input("2"), List.of(made("image/png", 2), made("image/png", 4))),
                new Row(input("3"), List.of(made("image/png", 3), made("image/png", 4))),
                new Row(input("4"), List.of(new Outcome.Refused("no"), made("image/png", 400))));
        var bytes = new ByteArrayOutputStream();
        summary.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8).lines()).containsExactly(
                "4 recordings of image from %s; 1 can't be read".formatted(folder),
                "toyworld@3.0.0          3 made    1 refused   median 2.00 s",
                "toyworld@2.0.0          4 made    0 refused   median 4.00 s",
                "toyworld@3.0.0 takes 0.50 of the time of toyworld@2.0.0 (the median of 3 that both made)");
    }
}
