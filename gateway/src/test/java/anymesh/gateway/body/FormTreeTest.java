// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormTreeTest {
    private static final String TYPE = "multipart/form-data; boundary=Q";

    private static ObjectNode read(String body) {
        return read(body.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private static ObjectNode read(byte[] body) {
        return FormTree.read(BodyBytes.of(body), TYPE, Room.UNBOUNDED);
    }

    private static String text(String name, String value) {
        return "--Q\nContent-Disposition: form-data; name=\"%s\"\n\n%s\n".formatted(name, value);
    }

    private static FormFile file(ObjectNode tree, String path) {
        return (FormFile) ((POJONode) tree.at(path)).getPojo();
    }

    @Test
    void textsAreTextsUntilANumberOrAFlagIsExpected() {
        var tree = read(text("prompt", "7") + text("n", "3") + text("strength", "0.5") + text("stream", "true")
                + text("word", "ein Glöckchen") + "--Q--\n");
        assertThat(tree.path("prompt").isTextual()).isTrue();
        assertThat(tree.path("word").textValue()).isEqualTo("ein Glöckchen");
        assertThat(FormText.typed(tree.path("n")).longValue()).isEqualTo(3);
        assertThat(FormText.typed(tree.path("strength")).doubleValue()).isEqualTo(0.5);
        assertThat(FormText.typed(tree.path("stream")).booleanValue()).isTrue();
        assertThat(FormText.typed(tree.path("word")).isTextual()).isTrue();
    }

    @Test
    void filesKeepEveryByteAndTheirOrder() {
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        var head = """
                --Q
                Content-Disposition: form-data; name="image[]"; filename="a.png"
                Content-Type: image/png

                """.replace("\n", "\r\n");
        var next = """

                --Q
                Content-Disposition: form-data; name="image[]"; filename="b.png"

                second
                --Q--
                """.replace("\n", "\r\n");
        var tree = read(concat(head.getBytes(StandardCharsets.UTF_8), noise, next.getBytes(StandardCharsets.UTF_8)));
        assertThat(file(tree, "/image/0").bytes().toByteArray()).isEqualTo(noise);
        assertThat(file(tree, "/image/0").name()).isEqualTo("a.png");
        assertThat(file(tree, "/image/1").bytes().toStringUtf8()).isEqualTo("second");
    }

    @Test
    void aNameThatComesTwiceIsAListAndOneWithBracketsTooThoughItComesOnce() {
        var tree = read(text("a", "1") + text("a", "2") + text("b[]", "3") + text("c", "4") + "--Q--\n");
        assertThat(tree.path("a")).hasSize(2);
        assertThat(tree.path("b")).hasSize(1);
        assertThat(tree.path("c").isArray()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "--Q\nContent-Disposition: form-data; name=\"a\"\n\ncut", "--Q--\n",
        "--Q\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\n\ncut off in the middle of a file",
        "--Q\nContent-Disposition: form-data\n\nno name\n--Q--\n", "--Other\n\n\n--Other--"})
    void whatIsNoWholeFormIsRefused(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(InvalidInput.class).hasMessageContaining("form");
    }

    @Test
    void aFormWithoutBoundaryAndOneOfTooManyFieldsAreRefused() {
        assertThatThrownBy(() -> FormTree.read(BodyBytes.of(new byte[]{1}), "multipart/form-data", Room.UNBOUNDED))
                .isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> read(text("a", "1").repeat(300) + "--Q--\n")).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("256 fields");
    }

    private static byte[] concat(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
