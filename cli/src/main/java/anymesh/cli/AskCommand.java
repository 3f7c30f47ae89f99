// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.Home;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code anymesh ask}: one question, with pictures, sounds and films if you like. Uses the mesh that runs, else one of its own for as long
 * as the answer takes. The answer is printed and written; progress goes to stderr.
 */
@Command(name = "ask", mixinStandardHelpOptions = true, description = "Asks the mesh; writes what it makes into a folder.")
final class AskCommand implements Callable<Integer> {
    @Parameters(arity = "1", paramLabel = "TEXT", description = "what you want")
    @SuppressWarnings("NullAway.Init")
    private String text;

    @Option(names = "--image", paramLabel = "FILE", description = "a picture to send along; may be repeated")
    private List<Path> images = new ArrayList<>();

    @Option(names = "--audio", paramLabel = "FILE", description = "a sound to send along; may be repeated")
    private List<Path> sounds = new ArrayList<>();

    @Option(names = "--video", paramLabel = "FILE", description = "a film to send along; may be repeated")
    private List<Path> films = new ArrayList<>();

    @Option(names = "--out", defaultValue = "out", paramLabel = "DIR", description = "where the answer is written (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", description = "makes the answer repeatable")
    private @Nullable Long seed;

    @Option(names = "--soundtrack", description = "the sounds of the answer go into its films too")
    private boolean soundtrack;

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
        var answer = client.ask(content, seed, soundtrack, System.err::println);
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
        var attachments = new ArrayList<Attachment>();
        images.forEach(file -> attachments.add(new Attachment("image", file)));
        sounds.forEach(file -> attachments.add(new Attachment("audio", file)));
        films.forEach(file -> attachments.add(new Attachment("video", file)));
        var parts = new ArrayList<Map<String, Object>>();
        for (var attachment : attachments) {
            parts.add(attachment.part());
        }
        parts.add(Map.of("type", "text", "text", text));
        return parts;
    }
}
