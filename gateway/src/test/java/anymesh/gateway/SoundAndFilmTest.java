// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.decode;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.EncodeResponse;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sounds and films through the API, in the shapes of OpenAI and vLLM. */
@TestInstance(Lifecycle.PER_CLASS)
class SoundAndFilmTest {
    private TestingMesh mesh;

    @BeforeAll
    void start() {
        mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE, Modality.AUDIO, Modality.VIDEO);
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    @Test
    void everyWayToSendMediaReachesTheBackboneInOrder() {
        var parts = "[{'type':'audio_url','audio_url':{'url':'" + url("audio/mpeg", "PIC4") + "'}},"
                + "{'type':'video_url','video_url':{'url':'" + url("video/mp4", "PIC45") + "'}},"
                + "{'type':'input_audio','input_audio':{'data':'" + base64("PIC456") + "','format':'flac'}},"
                + TestingClient.picture("PIC") + ",{'type':'text','text':'look'}]";
        // Each number is twice the size of the file.
        assertThat(ask(chat(json(parts))).path("content").asText()).isEqualTo("8,10,12,6");
    }

    @Test
    void bareSamplesGetAHeaderThatSaysTheirRate() {
        var seen = new ArrayList<byte[]>();
        mesh.encoder = (request, call, out) -> {
            seen.add(request.header().getItems(0).getMedia().toByteArray());
            out.emit(Frame.of(EncodeResponse.getDefaultInstance(),
                    mesh.stages.rows("toy-image", List.of(1f))));
        };
        ask(chat("[{'type':'input_audio','input_audio':{'data':'" + base64("abcd") + "','format':'pcm16'}},"
                + "{'type':'text','text':'hi'}]"));
        mesh.encoder = mesh.stages::encode;
        assertThat(seen.getFirst()).hasSize(48).startsWith("RIFF".getBytes(StandardCharsets.US_ASCII))
                .endsWith("abcd".getBytes(StandardCharsets.US_ASCII));
        assertThat((seen.getFirst()[24] & 0xFF) + 256 * (seen.getFirst()[25] & 0xFF)).isEqualTo(24_000);
    }

    @Test
    void partsComeInOrderInTheShapesInWhichTheyCanBeSentBack() {
        var message = ask(chat("'a|audio|b|video|image'", "'seed':5"));
        assertThat(message.path("parts").findValuesAsText("type"))
                .containsExactly("text", "input_audio", "text", "video_url", "image_url");
        var sound = message.path("parts").path(1).path("input_audio");
        assertThat(sound.path("format").asText()).isEqualTo("wav");
        assertThat(new String(Base64.getDecoder().decode(sound.path("data").asText()), StandardCharsets.UTF_8))
                .isEqualTo("PIC:11:5");
        var film = message.path("parts").path(3).path("video_url").path("url").asText();
        assertThat(film).startsWith("data:video/mp4;base64,");
        assertThat(decode(film)).isEqualTo("PIC:21:6");
        assertThat(message.has("audio")).as("nobody asked for it").isFalse();
        var again = mesh.client.post(CHAT,
                "{\"model\":\"toyworld\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                        + message + ",{\"role\":\"user\",\"content\":\"look\"}]}");
        assertThat(again.status()).as(again.response().body()).isEqualTo(200);
        assertThat(again.json().path("choices").path(0).path("message").path("content").asText())
                .isEqualTo("16,16,16");
    }

    @ParameterizedTest
    @CsvSource({"wav, audio/wav", "mp3, audio/mpeg", "flac, audio/flac", "opus, audio/ogg", "aac, audio/aac",
        "pcm16, audio/pcm"})
    void audioThatIsAskedForComesAsOpenAiHasItInTheFormatAskedFor(String format, String mimeType) {
        var types = new ArrayList<String>();
        mesh.generator = (request, call, out) -> {
            types.add(request.header().getMimeType());
            mesh.stages.generate(request, call, out);
        };
        var message = ask(chat("'here|audio'", "'modalities':['text','audio']",
                "'audio':{'voice':'alloy','format':'" + format + "'}", "'seed':1"));
        mesh.generator = mesh.stages::generate;
        assertThat(types).containsExactly(mimeType);
        var audio = message.path("audio");
        assertThat(audio.path("id").asText()).startsWith("audio_");
        assertThat(new String(Base64.getDecoder().decode(audio.path("data").asText()), StandardCharsets.UTF_8))
                .isEqualTo("PIC:11:1");
        assertThat(audio.path("expires_at").isIntegralNumber()).isTrue();
        assertThat(audio.path("transcript").isTextual()).isTrue();
        assertThat(message.path("parts").path(1).path("input_audio").path("format").asText()).isEqualTo(format);
    }

    @Test
    void aStreamTellsOfSoundsAndFilmsAsOfPictures() {
        var done = new ArrayList<String>();
        for (var event : mesh.client.events(chat("'a|audio|video'", "'stream':true"))) {
            if (event.equals("[DONE]")) {
                continue;
            }
            var part = TestingClient.parse(event).path("choices").path(0).path("delta").path("parts").path(0);
            if (part.path("event").asText().equals("done")) {
                done.add(part.path("index").asText() + part.path("type").asText());
                assertThat(part.path(part.path("type").asText()).isObject()).isTrue();
            }
        }
        assertThat(done).containsExactlyInAnyOrder("1input_audio", "2video_url");
    }

    @Test
    void aStreamHasTheFirstSoundAsOpenAiHasItToo() {
        var data = new StringBuilder();
        var keys = new ArrayList<String>();
        for (var event : mesh.client.events(chat("'a|audio|audio'", "'stream':true", "'seed':5",
                "'modalities':['text','audio']", "'audio':{'voice':'alloy','format':'pcm16'}"))) {
            if (!event.equals("[DONE]")) {
                var audio = TestingClient.parse(event).path("choices").path(0).path("delta").path("audio");
                audio.properties().forEach(entry -> keys.add(entry.getKey()));
                data.append(audio.path("data").asText());
            }
        }
        assertThat(keys).containsExactly("id", "transcript", "data", "expires_at");
        assertThat(new String(Base64.getDecoder().decode(data.toString()), StandardCharsets.UTF_8))
                .isEqualTo("PIC:11:5");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"`'a'`, `'audio':{'format':'midi'}`, audio.format",
        "`'a'`, `'audio':7`, audio",
        "`[{'type':'audio_url','audio_url':{'url':'data:video/mp4;base64,QUJD'}}]`, `'n':1`, messages[0].content[0].audio_url.url",
        "`[{'type':'video_url','video_url':{'url':'https://example.org/a.mp4'}}]`, `'n':1`, messages[0].content[0].video_url.url"})
    void whatIsWrongIsNamed(String content, String field, String param) {
        var answer = mesh.client.post(CHAT, chat(json(content), json(field)));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void audioThatIsOnlyNamedByItsIdIsRefusedWithAHint() {
        var answer = mesh.client.post(CHAT, json("{'model':'toyworld','messages':[{'role':'user','content':'a'},"
                + "{'role':'assistant','audio':{'id':'audio_1'}},{'role':'user','content':'b'}]}"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo("messages[1].audio");
        assertThat(answer.error().path("message").asText()).contains("parts");
    }

    private JsonNode ask(String body) {
        var answer = mesh.client.post(CHAT, body.replace('\'', '"'));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json().path("choices").path(0).path("message");
    }

    private static String url(String type, String bytes) {
        return "data:" + type + ";base64," + base64(bytes);
    }

    private static String base64(String bytes) {
        return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.UTF_8));
    }
}
