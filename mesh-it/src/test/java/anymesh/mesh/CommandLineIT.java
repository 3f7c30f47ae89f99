// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./anymesh} as a user types it. */
final class CommandLineIT {
    private static final Path ZOO = Python.ROOT.resolve("backbone-svc/src/test/resources/zoo");

    @TempDir
    private Path folder;

    private record Ended(int code, String out, String err) {}

    @Test
    void askWithoutARunningMeshStartsOneAndWritesAPicture() throws Exception {
        var ended = run("ask", "--json", "--seed", "1", "--out", folder.resolve("out").toString(),
                "draw a red bell at the top left");
        assertThat(ended.code()).as(ended.err()).isZero();
        var answer = MeshClient.JSON.readTree(ended.out());
        assertThat(answer.path("text").asText()).contains("red bell");
        assertThat(answer.path("parts").path(0).path("type").asText()).isEqualTo("text");
        assertThat(answer.path("parts").path(1).path("type").asText()).isEqualTo("image");
        assertThat(Path.of(answer.path("parts").path(1).path("path").asText())).isRegularFile();
        assertThat(folder.resolve("out/answer-001.txt")).content().contains("red bell");
        assertThat(ended.err()).contains("step 2 of 2");
    }

    @Test
    void upServesUntilItIsToldToGoAndThenExitsWithZero() throws Exception {
        var up = start(List.of("up", "--port", "0"), ProcessBuilder.Redirect.DISCARD);
        try (var lines = new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).startsWith("ready http://127.0.0.1:");
            var status = MeshClient.JSON.readTree(run("status", "--json").out());
            assertThat(status.path("instances")).hasSize(7).allSatisfy(instance -> {
                assertThat(instance.path("state").asText()).isEqualTo("serving");
                assertThat(instance.path("bundle").asText()).isEqualTo("toyworld");
                assertThat(instance.path("pid").asLong()).isEqualTo(up.pid());
            });
            assertThat(run("status").out()).contains("generator-image");
            var asked = run("ask", "--image", Python.ROOT.resolve("docs/bell.png").toString(), "--out",
                    folder.toString(), "what is in the picture?");
            assertThat(asked.code()).as(asked.err()).isZero();
            assertThat(asked.out()).contains("bell");
            assertThat(asked.err()).doesNotContain("starting a mesh");
            assertThat(run("up", "--port", "0").code()).as("a second mesh").isEqualTo(1);
            up.destroy();
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(up.exitValue()).isZero();
        } finally {
            up.destroyForcibly();
        }
        assertThat(run("status", "--json").out()).isEqualToIgnoringNewLines("{\"instances\":[]}");
    }

    @Test
    void whatIsMisusedIsToldInOneLine() throws Exception {
        assertThat(run("ask").code()).isEqualTo(2);
        var missing = run("ask", "--image", folder.resolve("none.png").toString(), "what is it?");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("none.png: no such file");
        assertThat(run("nonsense").code()).isEqualTo(2);
        assertThat(run("help").out()).contains("up", "ask", "status", "start", "test");
    }

    @Test
    void anotherBundleHasSmallerWeightsAndAnswersAsItsReference() throws Exception {
        var bundle = folder.resolve("gpt2");
        var imported = run("bundle", "import", ZOO.resolve("gpt2-optimum").toString(), "--as", "backbone", "--to",
                bundle.toString());
        assertThat(imported.code()).as(imported.err()).isZero();
        var before = Files.readString(bundle.resolve("manifest.json"));

        var optimized = run("bundle", "optimize", bundle.toString(), "--weights", "int8");
        assertThat(optimized.code()).as(optimized.err()).isZero();
        assertThat(optimized.out()).contains("9 matrices of int8", "and answers as check.json says",
                "written: " + bundle + "-int8");
        assertThat(run("bundle", "check", bundle + "-int8").out()).contains("-int8, llm_backbone, int8",
                "reference  transformers", "passed");
        var manifest = MeshClient.JSON.readTree(Path.of(bundle + "-int8/manifest.json").toFile());
        assertThat(manifest.at("/optimized/graphs/model.onnx/done").toString()).contains("9 matrices of int8");
        assertThat(bundle.resolve("manifest.json")).hasContent(before);

        var again = run("bundle", "optimize", bundle.toString(), "--weights", "int8");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("is there already");
        var smaller = run("bundle", "optimize", bundle + "-int8", "--weights", "int8");
        assertThat(smaller.code()).isEqualTo(1);
        assertThat(smaller.err()).contains("would take less room as int8");
        assertThat(run("bundle", "optimize", bundle.toString(), "--weights", "int3").code()).isEqualTo(2);
        assertThat(run("bundle", "optimize", folder.resolve("none").toString()).err()).contains("manifest.json");
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        var errors = Files.createTempFile(folder, "stderr", ".txt");
        var process = start(List.of(arguments), ProcessBuilder.Redirect.to(errors.toFile()));
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(errors));
    }

    private Process start(List<String> arguments, ProcessBuilder.Redirect errors) throws IOException {
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("anymesh").toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectError(errors);
        builder.environment().put("ANYMESH_STATE", folder.resolve("mesh.json").toString());
        return builder.start();
    }
}
