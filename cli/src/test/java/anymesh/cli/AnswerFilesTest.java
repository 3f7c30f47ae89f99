// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files on their way into a question, and out of an answer. */
final class AnswerFilesTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void everyMediumOfAStreamBecomesAFileOfItsKind() throws IOException {
        var told = new ArrayList<String>();
        var assembly = new AnswerAssembly(told::add);
        take(assembly, "{'content': 'look'}");
        take(assembly, "{'parts': [{'index': 1, 'type': 'input_audio', 'event': 'start'}]}");
        take(assembly, "{'parts': [{'index': 2, 'type': 'video_url', 'event': 'start'}]}");
        take(assembly, "{'parts': [{'index': 2, 'type': 'video_url', 'event': 'done',"
                + " 'video_url': {'url': 'data:video/mp4;base64,ZmlsbQ=='}}]}");
        take(assembly, "{'parts': [{'index': 1, 'type': 'input_audio', 'event': 'done',"
                + " 'input_audio': {'data': 'c291bmQ=', 'format': 'wav'}}]}");
        var written = AnswerFiles.write(folder, assembly.answer());
        assertThat(told).containsExactly("audio: begun", "video: begun");
        assertThat(written.parts()).extracting(AnswerFiles.Written::type).containsExactly("text", "audio", "video");
        assertThat(folder.resolve("answer-001.wav")).hasContent("sound");
        assertThat(folder.resolve("answer-001-2.mp4")).hasContent("film");
        assertThat(folder.resolve("answer-001.txt")).hasContent("look");
    }

    @ParameterizedTest
    @CsvSource({"image, bell.JPG, image/jpeg", "image, a.webp, image/webp",
        "audio, ring.mp3, audio/mpeg", "video, film.mp4, video/mp4"})
    void aFileIsSentAsWhatTheUserSaidItIs(String modality, String name, String mimeType) throws IOException {
        var file = Files.writeString(folder.resolve(name), "x");
        var part = new Attachment(modality, file).part();
        var url = "data:%s;base64,eA==".formatted(mimeType);
        assertThat(part).isEqualTo(Map.of("type", modality + "_url", modality + "_url", Map.of("url", url)));
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> new Attachment("audio", folder.resolve("none.wav")).part())
                .isInstanceOf(IOException.class).hasMessageContaining("none.wav: no such file");
    }

    @ParameterizedTest
    @CsvSource({"image/png, png", "audio/wav, wav", "audio/mpeg, mp3", "video/mp4, mp4"})
    void aFileIsCalledByItsType(String mimeType, String extension) {
        assertThat(Attachment.extension(mimeType)).isEqualTo(extension);
    }

    private static void take(AnswerAssembly assembly, String delta) throws IOException {
        assembly.take(JSON.readTree(delta.replace('\'', '"')));
    }
}
