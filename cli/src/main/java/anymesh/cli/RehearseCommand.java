// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * {@code anymesh rehearse}: the main job a few times over with the built-in models, for what a JVM writes down of it: the classes that
 * were loaded, and what of them was hot (the launcher's AOT cache). Its answers are thrown away.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final int TEXTS = 40;
    private static final List<String> MEDIA = List.of("draw a red bell", "draw a blue cat", "play a high fast bell",
            "film a red bell flying left");

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var mesh = EmbeddedMesh.start(Home.directory(), 0, ServiceSettings.none(), new InMemoryStageRegistry(),
                new InMemoryMeshStore())) {
            var client = new ChatClient(URI.create(mesh.url()));
            for (var words : MEDIA) {
                client.ask(text(words), 1L, false, _ -> {});
            }
            for (int i = 0; i < TEXTS; i++) {
                client.ask(text("hello"), (long) i, false, _ -> {});
            }
            var seen = new ArrayList<Map<String, Object>>();
            seen.add(new Attachment("image", Home.directory().resolve("docs/bell.png")).part());
            seen.add(new Attachment("audio", Home.directory().resolve("models/fixtures/bell.wav")).part());
            seen.addAll(text("what is in the picture?"));
            client.ask(seen, 1L, false, _ -> {});
        }
        return 0;
    }

    private static List<Map<String, Object>> text(String words) {
        return List.of(Map.of("type", "text", "text", words));
    }
}
