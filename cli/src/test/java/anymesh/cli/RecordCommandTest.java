// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** How record and replay are typed, and what record says. */
final class RecordCommandTest {

    @ParameterizedTest
    @ValueSource(strings = {"record", "record image --share 10", "record image --stop --max 3 --why x",
        "record image --share much --why x", "record image --for 10x --why x", "replay", "replay folder",
        "replay folder --bundle x --max 0", "replay folder --bundle x --max many"})
    void whatIsMisusedIsToldSo(String line) {
        var errors = new StringWriter();
        int code = new CommandLine(new Anymesh()).setErr(new PrintWriter(errors)).execute(line.split(" "));
        assertThat(code).as(errors.toString()).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("Usage: ");
    }

    private static String printed(String recording) throws IOException {
        var bytes = new ByteArrayOutputStream();
        RecordCommand.print(JsonMapper.builder().build().readTree(recording.replace('\'', '"')),
                new PrintStream(bytes, true, StandardCharsets.UTF_8));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatGoesOnIsSaidInThreeLines() throws IOException {
        assertThat(printed("{'id': '1', 'modality': 'image', 'share': 0.5, 'max': 200, 'until': '2026-01-01T12:10:00Z',"
                + " 'who': 'ann', 'why': 'to see', 'over': false, 'files': 7, 'bytes': 1572864, 'folder': '/x'}"))
                .isEqualToNormalizingNewlines("""
                        image: 0.5 % of the requests are recorded until 2026-01-01T12:10:00Z
                        ann: to see
                        7 of at most 200, 1.5 MiB, in /x
                        """);
        assertThat(printed("{'id': '1', 'modality': 'image', 'over': true, 'end': 'ann stops it'}"))
                .startsWith("image: nothing is recorded; the last recording is over: ann stops it");
        assertThat(printed("{'modality': 'audio'}")).isEqualToNormalizingNewlines("audio has never been recorded\n");
    }
}
