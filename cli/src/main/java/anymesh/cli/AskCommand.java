// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code anymesh ask}: one question, with pictures if you like. Uses the mesh that runs, else one of its own for as long
 * as the answer takes. The answer is printed and written; progress goes to stderr.
 */
@Command(name = "ask", mixinStandardHelpOptions = true, description = "Asks the mesh; writes what it makes into a folder.")
final class AskCommand implements Callable<Integer> {
    @Parameters(arity = "1", paramLabel = "TEXT", description = "what you want")
    @SuppressWarnings("NullAway.Init")
    private String text;

    @Option(names = "--image", paramLabel = "FILE", description = "a picture to send along; may be repeated")
    private List<Path> images = new ArrayList<>();

    @Option(names = "--out", defaultValue = "out", paramLabel = "DIR", description = "where the answer is written (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", description = "makes the answer repeatable")
    private @Nullable Long seed;

    @Option(names = "--json", description = "prints the answer as JSON")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var content = content();
        var running = MeshState.running(Home.stateFile());
        if (running.isPresent()) {
            return ask(running.get().url(), content);
        }
        System.err.println("starting a mesh for this question (./anymesh up keeps one running)");
        try (var mesh = EmbeddedMesh.start(Home.directory(), 0)) {
            return ask(mesh.url(), content);
        }
    }

    private int ask(String url, List<Map<String, Object>> content) throws IOException, InterruptedException {
        var client = new ChatClient(URI.create(url));
        var answer = client.ask(content, seed, System.err::println);
        var written = AnswerFiles.write(out, answer);
        if (json) {
            System.out.println(JsonMapper.builder().build().writeValueAsString(written));
        } else {
            written.print(System.out);
        }
        return 0;
    }

    /** The question in OpenAI's input part shapes. */
    private List<Map<String, Object>> content() throws IOException {
        var parts = new ArrayList<Map<String, Object>>();
        for (var image : images) {
            if (!Files.isRegularFile(image)) {
                throw new IOException(image + ": no such file");
            }
            var data = Base64.getEncoder().encodeToString(Files.readAllBytes(image));
            parts.add(part("image_url", Map.of("url", "data:%s;base64,%s".formatted(mimeType(image), data))));
        }
        parts.add(part("text", text));
        return parts;
    }

    private static Map<String, Object> part(String type, Object value) {
        var part = new LinkedHashMap<String, Object>();
        part.put("type", type);
        part.put(type, value);
        return part;
    }

    private static String mimeType(Path image) throws IOException {
        var type = Files.probeContentType(image);
        return type == null ? "application/octet-stream" : type;
    }
}
