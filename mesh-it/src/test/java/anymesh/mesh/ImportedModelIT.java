// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.imports.ImportRequest;
import anymesh.backbone.imports.LanguageModelImport;
import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A language model as its exporter wrote it, imported, behind the gateway, and OpenAI's own client. */
@Timeout(300)
final class ImportedModelIT {
    private static final Path RESOURCES = Python.ROOT.resolve("backbone-svc/src/test/resources");

    @TempDir
    private Path folder;

    @Test
    void callsTheToolsThatAClientOffers() throws Exception {
        var bundle = folder.resolve("llama");
        LanguageModelImport.run(new ImportRequest(RESOURCES.resolve("zoo/llama"), bundle, "llama", "1.0.0",
                "Apache-2.0", RESOURCES.resolve("chat-templates/Qwen2.5-7B-Instruct.jinja"), null, false));
        var settings = new ServiceSettings(folder, Map.of()).withBundles(Map.of("backbone", bundle));
        try (var mesh = EmbeddedMesh.start(Python.ROOT, 0, settings, new InMemoryStageRegistry(),
                new InMemoryMeshStore())) {
            var output = Python.run("mesh-it/src/test/python/openai_tools.py", mesh.url(), "llama");
            assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSizeGreaterThan(30);
        }
    }
}
