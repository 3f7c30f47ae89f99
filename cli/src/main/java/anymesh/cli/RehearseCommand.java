// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.Home;
import anymesh.cli.settings.OwnApiKey;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/**
 * {@code anymesh rehearse}: the main job many times over with the built-in models, for what a JVM writes down of it: the classes that
 * were loaded, and what of them was hot, which is then compiled at once (the launcher's AOT cache). Its answers are thrown away.
 */
@Command(name = "rehearse", mixinStandardHelpOptions = true, hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int CALLERS = 8;
    private static final List<String> MEDIA = List.of("draw a red bell", "draw a blue cat", "play a high fast bell",
            "film a red bell flying left");
    private static final List<Integer> TIMES = List.of(16, 4, 4, 1);
    private static final int TEXTS = 250;
    private static final int SEEN = 25;

    @Override
    public Integer call() throws IOException, InterruptedException, ExecutionException {
        try (var mesh = EmbeddedMesh.start(Home.directory(), 0, ServiceSettings.none(), new InMemoryStageRegistry(),
                new InMemoryMeshStore());
                var callers = Executors.newFixedThreadPool(CALLERS)) {
            var url = URI.create(mesh.url());
            for (var caller : callers.invokeAll(Collections.nCopies(CALLERS, () -> rehearse(url)))) {
                caller.get();
            }
        }
        return 0;
    }

    private static @Nullable Void rehearse(URI mesh) throws IOException, InterruptedException {
        new ChatClient(mesh).ask(text(MEDIA.getFirst()), 0L, false, _ -> {}); // what ./anymesh ask does
        var seen = new ArrayList<Map<String, Object>>();
        seen.add(new Attachment("image", Home.directory().resolve("docs/bell.png")).part());
        seen.add(new Attachment("audio", Home.directory().resolve("models/fixtures/bell.wav")).part());
        seen.addAll(text("what is in the picture?"));
        try (var http = HttpClient.newHttpClient()) {
            for (int i = 0; i < MEDIA.size(); i++) {
                ask(http, mesh, text(MEDIA.get(i)), TIMES.get(i));
            }
            ask(http, mesh, text("hello"), TEXTS);
            ask(http, mesh, seen, SEEN);
        }
        return null;
    }

    /** One in four is streamed: most clients wait for the whole. */
    private static void ask(HttpClient http, URI mesh, List<Map<String, Object>> parts, int times)
            throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            var body = JSON.writeValueAsBytes(Map.of("model", "toyworld", "stream", i % 4 == 0, "seed", i, "messages",
                    List.of(Map.of("role", "user", "content", parts))));
            var request = OwnApiKey.request(mesh.resolve("/v1/chat/completions"))
                    .header("content-type", "application/json").POST(HttpRequest.BodyPublishers.ofByteArray(body));
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(response.body());
            }
        }
    }

    private static List<Map<String, Object>> text(String words) {
        return List.of(Map.of("type", "text", "text", words));
    }
}
