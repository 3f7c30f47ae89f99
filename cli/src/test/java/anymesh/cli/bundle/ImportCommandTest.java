// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code anymesh bundle import} prints, and how it ends. */
class ImportCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private record Printed(int exit, String out, String err) {}

    private static Printed run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new StringWriter();
        var before = System.out;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            int exit = new CommandLine(new BundleCommand()).setErr(new PrintWriter(err, true))
                    .setExecutionExceptionHandler((e, line, _) -> {
                        line.getErr().println(e.getMessage());
                        return 1;
                    }).execute(arguments);
            return new Printed(exit, out.toString(StandardCharsets.UTF_8), err.toString());
        } finally {
            System.setOut(before);
        }
    }

    @Test
    void theReportEndsWithWhatToDoNext() throws IOException {
        var source = Files.createDirectories(folder.resolve("exports/tiny"));
        for (var name : new String[]{"vocab.json", "merges.txt", "tokenizer_config.json"}) {
            Bundles.copy(ImportCommandTest.class, "/imports/tokenizers/gpt2/" + name, source.resolve(name));
        }
        Files.writeString(source.resolve("config.json"), """
                {"model_type": "gpt2", "n_embd": 32, "n_head": 2, "n_layer": 1, "n_positions": 64}""");
        new OnnxBytes().node("", "MatMul").input("input_ids", 7, -1, -1)
                .input("past_key_values.0.key", 1, -1, 2, -1, 16)
                .output("present.0.key", 1, -1, 2, -1, 16).output("logits", 1, -1, -1, 400)
                .write(source.resolve("model.onnx"));
        var target = folder.resolve("bundle");

        var printed = run("import", source.toString(), "--as", "backbone", "--to", target.toString(), "--license",
                "MIT");

        assertThat(printed.err()).isEmpty();
        assertThat(printed.exit()).isZero();
        assertThat(printed.out().lines()).startsWith(
                "recognised: Optimum's text generation, gpt2 of fp32, vocabulary 400, context 64, model.onnx");
        assertThat(printed.out()).endsWith("""
                written: DIR
                next:
                  ./anymesh bundle check DIR
                  ./anymesh up --bundle backbone=DIR
                """.replace("DIR", target.toString()));
        assertThat(target.resolve("manifest.json")).content().contains("\"bundle\" : \"tiny\"",
                "\"license\" : \"MIT\"");

        var again = run("import", source.toString(), "--as", "backbone", "--to", target.toString());
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("is there already").hasLineCount(1);
        assertThat(again.out()).isEmpty();

        var drafted = run("import", source.toString(), "--as", "backbone", "--to", target + "-drafted", "--draft",
                folder.resolve("nothing").toString());
        assertThat(drafted.exit()).isEqualTo(1);
        assertThat(drafted.err()).contains("nothing: no such folder").hasLineCount(1);
    }

    @Test
    void whatIsMisusedIsSaid() {
        assertThat(run("import", folder.toString()).exit()).isEqualTo(2);
        var other = run("import", folder.toString(), "--as", "kitchen");
        assertThat(other.exit()).isEqualTo(2);
        assertThat(other.err()).contains("--as", "backbone");
        var named = run("import", folder.toString(), "--as", "backbone", "--name", "a/b");
        assertThat(named.exit()).isEqualTo(1);
        assertThat(named.err()).contains("--name 'a/b'").hasLineCount(1);
    }
}
