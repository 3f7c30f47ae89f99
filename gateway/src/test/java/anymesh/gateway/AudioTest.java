// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Modality;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sounds as files, and what only models do whose bundles say so: speaking, and writing down what is said. */
class AudioTest {
    private static final String SOUNDS = "/v1/audio/generations";
    private static final String SPEECH = "/v1/audio/speech";
    private static final String TRANSCRIPTIONS = "/v1/audio/transcriptions";
    private static final String TRANSLATIONS = "/v1/audio/translations";

    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(), Modality.AUDIO);

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private String words() {
        return mesh.stages.asked().getTurns(0).getPartsList().stream()
                .map(part -> part.hasMedia() ? "[sound]" : part.getText())
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource({",audio/wav", "mp3,audio/mpeg", "opus,audio/ogg", "flac,audio/flac", "aac,audio/aac", "pcm,audio/pcm"})
    void aSoundIsAnsweredAsItsFile(String format, String type) {
        var answer = mesh.client.post(SOUNDS, json("{'prompt':'a bell','seed':4"
                + (format == null ? "" : ",'response_format':'" + format + "'") + "}"));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo(type);
        assertThat(answer.response().body()).endsWith(":4");
        assertThat(answer.header("content-length")).isEqualTo(String.valueOf(answer.response().body().length()));
        assertThat(answer.header("x-anymesh-releases")).contains("generator-audio=toyworld@1.0.0");
        assertThat(mesh.stages.asked().getRequiredList()).containsExactly(Modality.AUDIO);
    }

    @Test
    void nobodySpeaksWhoDoesNotSaySo() {
        var refused = mesh.client.post(SPEECH, json("{'model':'toyworld','input':'hello','voice':'alloy'}"));
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.error().path("code").asText()).isEqualTo("unsupported_modality");
        assertThat(refused.error().path("message").asText()).isEqualTo("No model here makes speech.");
    }

    @Test
    void aModelThatSpeaksIsGivenTheTextAndAnswersMp3() {
        mesh.describe("generator-audio", 1, capability -> capability.addTasks("speech"));
        var answer = mesh.client.post(SPEECH, json("{'model':'toyworld','input':'hello there','voice':'alloy'}"));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("audio/mpeg");
        assertThat(words()).isEqualTo("hello there");
        var events = mesh.client.events(SPEECH,
                json("{'model':'toyworld','input':'hello','voice':'alloy','stream_format':'sse'}")).stream()
                .map(TestingClient::parse).toList();
        assertThat(events).extracting(event -> event.path("type").asText()).containsExactly("speech.audio.delta",
                "speech.audio.done");
        assertThat(TestingClient.decode("," + events.getFirst().path("audio").asText())).startsWith("PIC:");
        assertThat(events.getLast().path("usage").path("total_tokens").asInt()).isPositive();
    }

    @Test
    void aCaptionIsNoTranscript() {
        var refused = mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld", "@file", "PIC");
        assertThat(refused.status()).isEqualTo(422);
        assertThat(refused.error().path("message").asText()).isEqualTo("The model 'toyworld' does no transcription.");
        assertThat(refused.error().path("param").asText()).isEqualTo("model");
    }

    @Test
    void aModelThatTranscribesIsGivenTheSoundAndMayBeToldTheLanguage() {
        mesh.describe("backbone", 1, capability -> capability.addTasks("transcription"));
        var answer = mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld", "@file", "PIC", "language", "de",
                "temperature", "0.5", "prompt", "Names: Anymesh");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(words()).isEqualTo("[sound] Transcribe this in de. Names: Anymesh");
        assertThat(mesh.stages.asked().getModalitiesList()).containsExactly(Modality.TEXT);
        assertThat(mesh.stages.asked().getSampling().getTemperature()).isEqualTo(0.5f);
        var text = answer.json().path("text").asText();
        assertThat(text).isNotBlank();
        assertThat(answer.json().path("usage").path("type").asText()).isEqualTo("tokens");
        var plain = mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld", "@file", "PIC", "language", "de",
                "prompt", "Names: Anymesh", "response_format", "text");
        assertThat(plain.header("content-type")).startsWith("text/plain");
        assertThat(plain.response().body()).isEqualTo(text + "\n");
        var streamed = mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld", "@file", "PIC", "language", "de",
                "prompt", "Names: Anymesh", "stream", "true").response().body();
        assertThat(streamed).contains("event: transcript.text.delta\n", "event: transcript.text.done\n");
        assertThat(mesh.client.postForm(TRANSLATIONS, "model", "toyworld", "@file", "PIC").status()).isEqualTo(422);
    }

    @Test
    void aModelThatTranslatesIsGivenTheSound() {
        mesh.describe("backbone", 1, capability -> capability.addTasks("translation"));
        assertThat(mesh.client.postForm(TRANSLATIONS, "model", "toyworld", "@file", "PIC").json().path("text").asText())
                .isNotBlank();
        assertThat(words()).isEqualTo("[sound] Translate this into English.");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {"generations|{}|prompt",
        "generations|{'prompt':' '}|prompt", "generations|{'prompt':'a','response_format':'midi'}|response_format",
        "generations|{'prompt':'a','n':2}|n", "generations|{'prompt':'a','seconds':9}|seconds",
        "generations|{'prompt':'a','voice':'alloy'}|voice", "speech|{'input':'a'}|model",
        "speech|{'model':'toyworld'}|input", "speech|{'model':'toyworld','input':'a','speed':9}|speed",
        "speech|{'model':'toyworld','input':'a','response_format':'pcm16'}|response_format",
        "speech|{'model':'toyworld','input':'a','stream_format':'ws'}|stream_format",
        "speech|{'model':'toyworld','input':'a','instructions':'whisper'}|instructions"})
    void whatCannotBeHeardNamesItsField(String route, String body, String param) {
        var refused = mesh.client.post("/v1/audio/" + route, json(body));
        assertThat(refused.status()).as(refused.response().body()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void aFormWithoutWhatIsNeededNamesItsField() {
        var refused = List.of(mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld"),
                mesh.client.postForm(TRANSCRIPTIONS, "@file", "PIC"),
                mesh.client.postForm(TRANSCRIPTIONS, "model", "toyworld", "@file", "PIC", "response_format", "srt"),
                mesh.client.postForm(TRANSLATIONS, "model", "toyworld", "@file", "PIC", "language", "de"));
        assertThat(refused).extracting(TestingClient.Answer::status).containsOnly(400);
        assertThat(refused).extracting(answer -> answer.error().path("param").asText()).containsExactly("file", "model",
                "response_format", "language");
    }
}
