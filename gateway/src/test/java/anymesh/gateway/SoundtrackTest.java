// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code video.soundtrack}: what an answer makes to be heard also goes into its films. */
@TestInstance(Lifecycle.PER_CLASS)
class SoundtrackTest {
    private static final String SOUNDTRACK = "'video':{'soundtrack':true}";
    private static final TestCodec CODEC = TestMedia.codec();

    private final AtomicInteger sounds = new AtomicInteger();
    private TestingMesh mesh;

    /** The k-th sound of an answer is k·440 Hz high; films are silent. */
    @BeforeAll
    void start() {
        mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE, Modality.AUDIO, Modality.VIDEO);
        mesh.generator = (request, call, out) -> {
            String type = request.header().getMimeType();
            var media = GeneratedMedia.newBuilder();
            if (request.header().getModality() == Modality.AUDIO) {
                var format = SoundFormat.ofMimeType(type).orElse(SoundFormat.WAV);
                var tone = TestMedia.tone(440 * sounds.incrementAndGet(), 2, 16_000);
                media.setMimeType(format.mimeType()).setData(ByteString.copyFrom(CODEC.encode(tone, format)));
            } else {
                var format = ClipFormat.ofMimeType(type).orElse(ClipFormat.MP4);
                media.setMimeType(format.mimeType())
                        .setData(ByteString.copyFrom(CODEC.encode(TestMedia.brightening(16, 64, 8), format)));
            }
            out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(media).build()));
        };
    }

    @BeforeEach
    void fromTheFirstSound() {
        sounds.set(0);
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    @ParameterizedTest
    @CsvSource({"mp4, wav", "mp4, mp3", "webm, opus", "webm, pcm16"})
    void aFilmGetsTheSoundOfItsAnswerAndTheSoundStaysAPart(String format, String soundFormat) {
        var parts = ask("'a|video|b|audio'",
                "'video':{'soundtrack':true,'format':'" + format + "'},'audio':{'format':'" + soundFormat + "'}");
        assertThat(parts.findValuesAsText("type")).containsExactly("text", "video_url", "text", "input_audio");
        assertThat(parts.path(1).path("video_url").path("url").asText())
                .startsWith("data:video/" + format + ";base64,");
        byte[] film = film(parts.path(1));
        assertThat(pitch(film)).isCloseTo(440, within(15.0));
        assertThat(numbers(film)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        assertThat(parts.path(3).path("input_audio").path("format").asText()).isEqualTo(soundFormat);
    }

    @Test
    void theFirstFilmGetsTheFirstSoundAndOneThatNoneIsThereForStaysSilent() {
        var parts = ask("'audio|video|audio|video|video'", SOUNDTRACK);
        double first = pitch(Base64.getDecoder().decode(parts.path(0).path("input_audio").path("data").asText()));
        double second = pitch(Base64.getDecoder().decode(parts.path(2).path("input_audio").path("data").asText()));
        assertThat(pitch(film(parts.path(1)))).isCloseTo(first, within(15.0));
        assertThat(pitch(film(parts.path(3)))).isCloseTo(second, within(15.0)).isNotCloseTo(first, within(200.0));
        assertThatThrownBy(() -> pitch(film(parts.path(4)))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("no sound");
    }

    @Test
    void withoutTheFieldFilmsAreSilent() {
        var parts = ask("'audio|video'", "'video':{'format':'mp4'}");
        assertThatThrownBy(() -> pitch(film(parts.path(1)))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("no sound");
    }

    @Test
    void aStreamTellsOfTheFilmWhenItHasItsSound() {
        var films = new ArrayList<byte[]>();
        for (var event : mesh.client.events(chat("'video|audio'", "'stream':true", SOUNDTRACK))) {
            if (event.equals("[DONE]")) {
                continue;
            }
            var part = TestingClient.parse(event).path("choices").path(0).path("delta").path("parts").path(0);
            if (part.path("event").asText().equals("done") && part.has("video_url")) {
                films.add(film(part));
            }
        }
        assertThat(films).hasSize(1);
        assertThat(pitch(films.getFirst())).isCloseTo(440, within(15.0));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"`'video':{'format':'avi'}`, video.format",
        "`'video':{'soundtrack':'yes'}`, video.soundtrack", "`'video':true`, video",
        "`'video':{'soundtrack':true},'modalities':['text','video']`, video.soundtrack"})
    void whatIsWrongIsNamed(String field, String param) {
        var answer = mesh.client.post(CHAT, chat("'video'", json(field)));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void filesThatAreNoneFailTheAnswerWithAReason() {
        var working = mesh.generator;
        mesh.generator = mesh.stages::generate; // its files are none
        var answer = mesh.client.post(CHAT, chat("'audio|video'", SOUNDTRACK).replace('\'', '"'));
        mesh.generator = working;
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error().path("message").asText()).contains("could not be written", "Invalid data found");
    }

    private JsonNode ask(String content, String field) {
        var answer = mesh.client.post(CHAT, chat(content, field, "'seed':1").replace('\'', '"'));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json().path("choices").path(0).path("message").path("parts");
    }

    private static byte[] film(JsonNode part) {
        String url = part.path("video_url").path("url").asText();
        return Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1));
    }

    private static double pitch(byte[] file) {
        return TestMedia.pitch(CODEC.sound(file, 16_000, 2));
    }

    private static List<Integer> numbers(byte[] film) {
        return CODEC.frames(film, 16).stream().map(TestMedia::number).toList();
    }
}
