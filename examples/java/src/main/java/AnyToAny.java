// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.errors.BadRequestException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Asks a mesh for text, pictures, a sound and a film with OpenAI's client, and writes the files to the folder that is its argument.
 * ANYMESH_URL says where the mesh is, if not at http://127.0.0.1:8080.
 */
public final class AnyToAny {
    private static final String MODEL = "toyworld";
    private static final String URL = System.getenv().getOrDefault("ANYMESH_URL", "http://127.0.0.1:8080");

    private final OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(URL + "/v1").apiKey("unused").build();
    private final Path folder;

    private AnyToAny(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        var folder = Files.createDirectories(Path.of(args.length > 0 ? args[0] : "."));
        new AnyToAny(folder).run();
    }

    private void run() throws Exception {
        // Text and a picture. content() is the text; "parts" has everything in order, in the shapes that a request may have too.
        var question = user("draw a red bell at the top left");
        var message = chat(question);
        var bell = first("image_url", parts(message));
        save(bell, "bell.png");
        System.out.println("bell.png: " + message.content().get());

        // The answer goes back as it came, as a turn of the conversation.
        var changed = chat(question, message, user("draw this in blue"));
        save(first("image_url", parts(changed)), "blue-bell.png");
        System.out.println("blue-bell.png: " + changed.content().get());

        // A picture in, a sound out.
        var heard = chat(user(bell, "what does it sound like?"));
        save(first("input_audio", parts(heard)), "sound.wav");
        System.out.println("sound.wav: " + heard.content().get());

        stream();
        images();
        video();
        embeddings(bell);
        refusal();
    }

    /** Text comes in deltas as ever, and in their "parts" how media begin, come along and are done. */
    private void stream() throws IOException {
        System.out.print("star.png: ");
        var done = new ArrayList<JsonNode>();
        try (var answer = client.chat().completions()
                .createStreaming(request(user("draw a yellow star at the bottom right")))) {
            answer.stream().forEach(chunk -> {
                var delta = chunk.choices().get(0).delta();
                delta.content().ifPresent(System.out::print);
                json(delta._additionalProperties().get("parts")).forEach(part -> {
                    if (part.path("event").asText().equals("done")) {
                        done.add(part);
                    }
                });
            });
        }
        save(first("image_url", done), "star.png");
        System.out.println();
    }

    /** Pictures without a conversation. */
    private void images() throws IOException {
        var cats = client.images().generate(ImageGenerateParams.builder().model(MODEL)
                .prompt("a green cat at the top right").n(2).build()).data().get();
        for (int i = 0; i < cats.size(); i++) {
            write("cat-" + (i + 1) + ".png", cats.get(i).b64Json().get());
        }
        System.out.println("cat-1.png, cat-" + cats.size() + ".png: " + cats.get(0).revisedPrompt().get());
    }

    /** A film takes longer: it is a job, which is asked about until it is done. */
    private void video() throws IOException, InterruptedException {
        var video = client.videos().create(VideoCreateParams.builder().model(MODEL)
                .prompt("film a red bell flying left").build());
        while (video.status().equals(Video.Status.QUEUED) || video.status().equals(Video.Status.IN_PROGRESS)) {
            Thread.sleep(500);
            video = client.videos().retrieve(video.id());
        }
        if (!video.status().equals(Video.Status.COMPLETED)) {
            throw new IllegalStateException("no film: " + video.error());
        }
        try (var content = client.videos().downloadContent(video.id())) {
            Files.copy(content.body(), folder.resolve("film.mp4"), StandardCopyOption.REPLACE_EXISTING);
        }
        System.out.println("film.mp4: " + video.seconds() + " seconds");
    }

    /** Texts and media have vectors in one space, of length 1: their product says how alike they are. */
    private void embeddings(JsonNode bell) {
        var data = client.embeddings().create(EmbeddingCreateParams.builder().model(MODEL)
                .input(JsonValue.from(List.of(bell, "a red bell", "a green cat"))).build()).data();
        var picture = data.get(0).embedding();
        System.out.printf("bell.png is like \"a red bell\": %.2f%n", product(picture, data.get(1).embedding()));
        System.out.printf("bell.png is like \"a green cat\": %.2f%n", product(picture, data.get(2).embedding()));
    }

    /** What can't be is refused, and the error names the field. */
    private void refusal() {
        try {
            client.images().generate(
                    ImageGenerateParams.builder().model(MODEL).prompt("a cat").size("1024x1024").build());
        } catch (BadRequestException e) {
            System.out.println("refused: " + e.param().get() + ", " + e.getMessage());
            return;
        }
        throw new IllegalStateException("a size that the model doesn't have was taken");
    }

    /** A turn of texts and of media, which are sent as parts: {"type": "image_url", "image_url": {"url": "data:..."}}. */
    private static Object user(Object... content) {
        return Map.of("role", "user", "content", Stream.of(content)
                .map(one -> one instanceof String ? Map.of("type", "text", "text", one) : one).toList());
    }

    /** The client has no types for media in answers, so messages go in as plain values. */
    private static ChatCompletionCreateParams request(Object... messages) {
        return ChatCompletionCreateParams.builder().model(MODEL).seed(1).messages(JsonValue.from(List.of(messages)))
                .build();
    }

    private ChatCompletionMessage chat(Object... messages) {
        return client.chat().completions().create(request(messages)).choices().get(0).message();
    }

    private static JsonNode parts(ChatCompletionMessage message) {
        return json(message._additionalProperties().get("parts"));
    }

    private static JsonNode json(JsonValue value) {
        return (value == null ? JsonValue.from(List.of()) : value).convert(JsonNode.class);
    }

    /** The first part of a kind; an answer without one ends the program. */
    private static JsonNode first(String type, Iterable<JsonNode> parts) {
        for (var part : parts) {
            if (part.path("type").asText().equals(type)) {
                return part;
            }
        }
        throw new IllegalStateException("the answer has no " + type);
    }

    /** Sounds have base64 as "data"; of pictures and films it is in a "url": "data:image/png;base64,iVBOR...". */
    private void save(JsonNode part, String name) throws IOException {
        var medium = part.path(part.path("type").asText());
        var url = medium.path("url").asText();
        write(name, medium.has("data") ? medium.path("data").asText() : url.substring(url.indexOf(',') + 1));
    }

    private void write(String name, String base64) throws IOException {
        Files.write(folder.resolve(name), Base64.getDecoder().decode(base64));
    }

    private static double product(List<Float> a, List<Float> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }
}
