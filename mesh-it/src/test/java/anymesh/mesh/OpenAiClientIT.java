// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.chat.completions.ChatCompletionAudioParam;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionCreateParams.Modality;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageEditParams;
import com.openai.models.images.ImageGenStreamEvent;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.videos.Video;
import com.openai.models.videos.VideoCreateParams;
import com.openai.models.videos.VideoDownloadContentParams;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own clients and curl against one running mesh: Python and Java plain and streamed, JavaScript streamed, curl for forms and parts of files. */
@Timeout(300)
// OpenAI gives up its videos and a chat's seed, and reads fields that it does not know by no other means; all() closes streams.
@SuppressWarnings({"deprecation", "MustBeClosedChecker"})
final class OpenAiClientIT {
    private static final String MODEL = "toyworld";
    private static final Path TESTS = Python.ROOT.resolve("mesh-it/src/test");
    private static final Path BELL = Python.ROOT.resolve("models/fixtures/bell.png");

    private static EmbeddedMesh mesh;
    private static OpenAIClient client;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        mesh = EmbeddedMesh.start(Python.ROOT, 0);
        client = OpenAIOkHttpClient.builder().baseUrl(mesh.url() + "/v1").apiKey("unused").maxRetries(0)
                .timeout(Duration.ofMinutes(2)).build();
    }

    @AfterAll
    static void everyEmbeddingIsFreedWhenItCloses() {
        client.close();
        mesh.close();
    }

    @Test
    void pythonsTalksToTheGatewayAsToItsOwnServer() throws Exception {
        var output = Python.run("mesh-it/src/test/python/openai_client.py", mesh.url(), BELL.toString());
        assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSizeGreaterThan(60);
    }

    @Test
    void pythonsComesAgainByItselfWhenTheGatewayIsFull() throws Exception {
        Files.writeString(folder.resolve("gateway.yaml"), "http:\n  maxConcurrent: 1\n");
        try (var full = EmbeddedMesh.start(Python.ROOT, 0, new ServiceSettings(folder, Map.of()),
                new InMemoryStageRegistry(), new InMemoryMeshStore())) {
            var output = Python.run("mesh-it/src/test/python/openai_trouble.py", "full", full.url());
            assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSize(5);
        }
    }

    @Test
    void javaScriptsReadsStreamsAndMayBreakThemOff() throws Exception {
        for (var name : List.of("package.json", "package-lock.json")) {
            Files.copy(Python.ROOT.resolve("examples/javascript").resolve(name), folder.resolve(name));
        }
        Files.copy(TESTS.resolve("javascript/openai_client.mjs"), folder.resolve("openai_client.mjs"));
        var output = Programs.run(folder, Map.of(), "npm ci --silent --no-audit --no-fund && node openai_client.mjs "
                + mesh.url(), "node", "npm");
        assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSizeGreaterThan(10);
    }

    @Test
    void curlSendsFormsAndLargeBodiesAndReadsPartsOfFiles() throws Exception {
        var output = Programs.run(folder, Map.of(),
                "%s %s %s".formatted(TESTS.resolve("bash/curl_client.sh"), mesh.url(),
                        BELL.getParent()),
                "curl", "jq");
        assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSizeGreaterThan(10);
    }

    private static ChatCompletionCreateParams.Builder asked(String text) {
        return ChatCompletionCreateParams.builder().model(MODEL).seed(1).temperature(0).addUserMessage(text);
    }

    private static ChatCompletionCreateParams heard(ChatCompletionAudioParam.Format format) {
        return asked("let me hear a low fast bell").modalities(List.of(Modality.TEXT, Modality.AUDIO))
                .audio(ChatCompletionAudioParam.builder().voice("alloy").format(format).build()).build();
    }

    private static JsonNode json(JsonValue value) {
        return (value == null ? JsonValue.from(List.of()) : value).convert(JsonNode.class);
    }

    private static void assertPicture(String base64) throws IOException {
        var picture = ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(base64)));
        assertThat(picture.getWidth()).isEqualTo(128);
    }

    @Test
    void javasChatsInTextPicturesAndSounds() throws Exception {
        var plain = client.chat().completions().create(asked("draw a red bell at the top left").build()).validate();
        var message = plain.choices().getFirst().message();
        assertThat(message.content().orElseThrow()).contains("red bell");
        var parts = json(message._additionalProperties().get("parts"));
        assertThat(parts.findValuesAsText("type")).containsExactly("text", "image_url");
        var usage = plain.usage().orElseThrow();
        assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens()).isPositive();

        var sound = client.chat().completions().create(heard(ChatCompletionAudioParam.Format.WAV)).validate();
        assertThat(sound.choices()).hasSize(1);
        var wav = Base64.getDecoder().decode(sound.choices().getFirst().message().audio().orElseThrow().data());
        assertThat(new String(wav, 0, 4, StandardCharsets.US_ASCII)).isEqualTo("RIFF");
        assertThat(wav.length).isGreaterThan(20_000);
    }

    @Test
    void javasReadsStreamsOfAChat() throws Exception {
        var options = ChatCompletionStreamOptions.builder().includeUsage(true).build();
        var chunks = all(client.chat().completions()
                .createStreaming(asked("draw a blue star at the bottom right").streamOptions(options).build()));
        assertThat(chunks.getFirst().choices().getFirst().delta().role().orElseThrow().asString())
                .isEqualTo("assistant");
        var text = chunks.stream().flatMap(chunk -> chunk.choices().stream())
                .flatMap(choice -> choice.delta().content().stream()).collect(Collectors.joining());
        assertThat(text).contains("blue star");
        var events = new ArrayList<JsonNode>();
        chunks.stream().flatMap(chunk -> chunk.choices().stream())
                .forEach(choice -> json(choice.delta()._additionalProperties().get("parts")).forEach(events::add));
        assertThat(events.getFirst().path("event").asText()).isEqualTo("start");
        assertThat(events.getLast().path("event").asText()).isEqualTo("done");
        assertPicture(events.getLast().at("/image_url/url").asText().split(",", 2)[1]);
        assertThat(chunks.getLast().choices()).isEmpty();
        assertThat(chunks.getLast().usage().orElseThrow().totalTokens()).isPositive();

        var whole = client.chat().completions().create(heard(ChatCompletionAudioParam.Format.PCM16));
        var sound = all(client.chat().completions().createStreaming(heard(ChatCompletionAudioParam.Format.PCM16)));
        assertThat(pcm(sound)).isEqualTo(Base64.getDecoder().decode(
                whole.choices().getFirst().message().audio().orElseThrow().data()));
    }

    /** The pieces of a sound, each of which is base64 by itself, one behind the other. */
    private static byte[] pcm(List<ChatCompletionChunk> chunks) throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (var chunk : chunks) {
            for (var choice : chunk.choices()) {
                var data = choice.delta().audio().flatMap(ChatCompletionChunk.Choice.Delta.Audio::data);
                if (data.isPresent()) {
                    bytes.write(Base64.getDecoder().decode(data.get()));
                }
            }
        }
        return bytes.toByteArray();
    }

    private static <T> List<T> all(StreamResponse<T> response) {
        try (response) {
            return response.stream().toList();
        }
    }

    @Test
    void javasDrawsPlainAndStreamed() throws Exception {
        var drawing = ImageGenerateParams.builder().model(MODEL).prompt("a green cat at the top right");
        var three = client.images().generate(drawing.n(3).build()).validate();
        assertThat(three.data().orElseThrow()).extracting(picture -> picture.b64Json().orElseThrow())
                .doesNotHaveDuplicates().hasSize(3).allSatisfy(OpenAiClientIT::assertPicture);
        assertThat(three.usage().orElseThrow().totalTokens()).isPositive();

        var events = all(client.images().generateStreaming(drawing.n(1).partialImages(2).build()));
        assertThat(events).allSatisfy(ImageGenStreamEvent::validate).hasSizeBetween(2, 3);
        assertThat(events.getLast().isGenerationCompleted()).isTrue();
        assertThat(events.subList(0, events.size() - 1)).allMatch(ImageGenStreamEvent::isGenerationPartialImage);
        assertPicture(events.getLast().asGenerationCompleted().b64Json());

        var edited = client.images().edit(ImageEditParams.builder().model(MODEL).image(BELL)
                .prompt("draw this in blue").build()).validate();
        assertPicture(edited.data().orElseThrow().getFirst().b64Json().orElseThrow());
    }

    @Test
    void javasEmbedsAndMakesVideos() throws Exception {
        var vectors = client.embeddings().create(EmbeddingCreateParams.builder().model(MODEL)
                .inputOfArrayOfStrings(List.of("a red bell", "a green cat")).build()).validate().data();
        assertThat(vectors).hasSize(2).allSatisfy(vector -> assertThat(vector.embedding().stream()
                .mapToDouble(x -> x * x).sum()).isBetween(0.999, 1.001));

        var video = client.videos().create(VideoCreateParams.builder().model(MODEL)
                .prompt("let it fly left").inputReference(BELL).build());
        await().atMost(Duration.ofMinutes(2)).until(() -> client.videos().retrieve(video.id()).status(),
                Video.Status.COMPLETED::equals);
        assertThat(client.videos().list().items()).extracting(Video::id).contains(video.id());
        var start = VideoDownloadContentParams.builder().putAdditionalHeader("range", "bytes=0-99").build();
        try (var whole = client.videos().downloadContent(video.id());
                var part = client.videos().downloadContent(video.id(), start)) {
            var film = whole.body().readAllBytes();
            assertThat(new String(film, 4, 4, StandardCharsets.US_ASCII)).isEqualTo("ftyp");
            assertThat(part.statusCode()).isEqualTo(206);
            assertThat(part.body().readAllBytes()).isEqualTo(Arrays.copyOf(film, 100));
        }
        assertThat(client.videos().delete(video.id()).deleted()).isTrue();
        assertThatThrownBy(() -> client.videos().retrieve(video.id())).isInstanceOf(NotFoundException.class);
    }

    @Test
    void javasIsToldWhatIsWrong() {
        assertThatThrownBy(() -> client.chat().completions().create(asked("hello").model("gpt-9").build()))
                .isInstanceOfSatisfying(NotFoundException.class, e -> {
                    assertThat(e.param()).contains("model");
                    assertThat(e.code()).contains("model_not_found");
                });
        assertThatThrownBy(() -> all(client.images().generateStreaming(
                ImageGenerateParams.builder().model(MODEL).prompt("a cat").size("1024x1024").build())))
                .isInstanceOfSatisfying(BadRequestException.class, e -> assertThat(e.param()).contains("size"));
    }
}
