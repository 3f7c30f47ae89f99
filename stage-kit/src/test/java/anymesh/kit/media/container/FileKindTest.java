// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Modality;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileKindTest {
    private static ByteString bytes(String latin1) {
        return ByteString.copyFrom(latin1 + "\0".repeat(600), StandardCharsets.ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00FF\u00D8\u00FF\u00E0", "\u0089PNG\r\n\u001A\n", "RIFF\0\0\0\0WEBPVP8 ", "GIF89a",
        "GIF87a",
        "BM\1\2\3\4\0\0\0\0", "II*\0", "MM\0*", "\0\0\0\u0018ftypheic", "\0\0\0\u0018ftypavif"})
    void pictures(String head) {
        assertThat(FileKind.of(bytes(head))).contains(Modality.IMAGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RIFF\0\0\0\0WAVEfmt ", "fLaC\0", "OggS\0", "caff\0\1", "FORM\0\0\0\0AIFF", "#!AMR\n",
        "\0\0\0\u0018ftypM4A ", "0&\u00B2u\u008Ef\u00CF\u0011"})
    void sounds(String head) {
        assertThat(FileKind.of(bytes(head))).contains(Modality.AUDIO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0\0\0\u0018ftypisom", "\0\0\0\u0018ftypqt  ", "\u001AE\u00DF\u00A3\1",
        "RIFF\0\0\0\0AVI LIST"})
    void films(String head) {
        assertThat(FileKind.of(bytes(head))).contains(Modality.VIDEO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%PDF-1.7\n", "PK\3\4", "<!DOCTYPE html><html>", "BMW is a make of cars", "plain text", ""})
    void nothingElse(String head) {
        assertThat(FileKind.of(bytes(head))).isEmpty();
        assertThat(FileKind.of(ByteString.copyFromUtf8(head))).isEmpty();
    }
}
