// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DataUrlTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final DataUrl READER = new DataUrl("image", 1 << 20, "url");

    /** Of a length that needs padding, with every byte in it, so that both alphabets differ. */
    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(DataUrl reader, String url, boolean plain) {
        var json = JSON.createObjectNode().put("url", url).toString();
        var fields = Json.read(BodyBytes.of(json.getBytes(StandardCharsets.UTF_8)), Room.UNBOUNDED);
        return (plain ? reader.decodeBase64(fields.characters("url")) : reader.decode(fields.characters("url")))
                .toByteArray();
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static Stream<UnaryOperator<String>> spellings() {
        return Stream.of(
                base64 -> "data:image/png;base64," + base64,
                base64 -> "DATA:IMAGE/PNG;BASE64," + base64,
                base64 -> "data:;base64," + base64,
                base64 -> "data:application/octet-stream;base64," + base64,
                base64 -> "data:image/png;charset=utf-8;base64," + base64,
                base64 -> "data:image/png;name=a%20b.png;base64," + base64,
                base64 -> "data:image/png;base64;charset=utf-8," + base64,
                base64 -> "data:video/webm;codecs=vp9,opus;base64," + base64,
                base64 -> "data:audio/webm; codecs=\"opus, vorbis\"; base64, " + base64,
                base64 -> "data:image/png;base64," + base64.replace("=", ""),
                base64 -> "data:image/png;base64," + base64.replace('+', '-').replace('/', '_'),
                base64 -> "data:image/png;base64," + base64 + "\n",
                base64 -> "data:image/png;base64,\t" + base64.replaceAll("(.{76})", "$1\r\n"),
                base64 -> "data:image/png;base64," + base64.replaceAll("(.{64})", "$1\n"),
                base64 -> "data:image/png;base64,"
                        + base64.replace("+", "%2B").replace("/", "%2f").replace("=", "%3D"));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void theSameBytesAreReadHoweverTheyAreSpelled(UnaryOperator<String> spelling) {
        for (int length : new int[]{1, 2, 3, 1_000, 3_071, 3_072, 3_073, 100_000}) { // short and long strings
            var bytes = bytes(length);
            assertThat(read(READER, spelling.apply(base64(bytes)), false)).isEqualTo(bytes);
        }
    }

    @Test
    void dataWithoutBase64IsPercentEncoded() {
        assertThat(read(READER, "data:image/svg+xml;charset=utf-8,%3Csvg a=\"b\"%2F%3e", false))
                .isEqualTo("<svg a=\"b\"/>".getBytes(StandardCharsets.UTF_8));
        assertThat(read(READER, "data:,a%00%FFb", false)).isEqualTo(new byte[]{'a', 0, (byte) 0xFF, 'b'});
    }

    @Test
    void plainBase64MayBeADataUrlToo() {
        var bytes = bytes(10_000);
        assertThat(read(READER, base64(bytes), true)).isEqualTo(bytes);
        assertThat(read(READER, "data:audio/wav;base64," + base64(bytes), true)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:image/png;base64,", "data:image/png", "data:image/png;base64,QUJ%",
        "data:image/png;base64,Q",
        "data:image/png;base64,QUI=QUJD", "data:image/png;base64,QU!D", "data:image/png;base64,QUé=", "data:,%4",
        "data:,é",
        "http://a/b", "HTTPS://a/b", "file:///etc/passwd", "QUJD", ""})
    void whatIsNoDataIsRefusedByItsField(String url) {
        for (String more : new String[]{"", " ".repeat(10_000)}) {
            assertThatThrownBy(() -> read(READER, url + more, false)).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("url"));
        }
    }

    @Test
    void aMediumMayHaveAsManyBytesAsItMayAndNotOneMore() {
        var small = new DataUrl("image", 6_000, "url");
        var spread = base64(bytes(6_000)).replaceAll("(.)", "$1\n"); // far more characters than bytes
        assertThat(read(small, "data:;base64," + spread, false)).hasSize(6_000);
        for (var url : new String[]{"data:;base64," + base64(bytes(6_001)), "data:," + "a".repeat(6_001)}) {
            assertThatThrownBy(() -> read(small, url, false)).isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("6000 bytes");
        }
    }
}
