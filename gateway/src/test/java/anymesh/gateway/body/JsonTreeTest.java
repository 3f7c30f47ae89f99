// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.POJONode;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTreeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Counts what is held, now and at most. */
    private static final class Counted implements Room {
        final AtomicLong held = new AtomicLong();
        long most;

        @Override
        public void hold(long bytes) {
            most = Math.max(most, held.addAndGet(bytes));
        }

        @Override
        public void release(long bytes) {
            held.addAndGet(-bytes);
        }
    }

    private static JsonNode read(String json) {
        return JsonTree.read(BodyBytes.of(json.getBytes(StandardCharsets.UTF_8)), Room.UNBOUNDED);
    }

    private static JsonString longString(JsonNode node) {
        assertThat(node).isInstanceOf(POJONode.class);
        return (JsonString) ((POJONode) node).getPojo();
    }

    @Test
    void whatIsShortIsReadAsJacksonDoes() throws IOException {
        var json = "{\"a\":[1,-2.5,1e3,true,false,null,12345678901234567890,\"\\u00e9\\n\"],\"b\":{},\"a2\":{\"c\":[]}}";
        assertThat(read(json)).isEqualTo(JSON.readTree(json));
        assertThat(read("\ufeff{\"a\":\"b\"}")).as("with a byte order mark").isEqualTo(JSON.readTree("{\"a\":\"b\"}"));
    }

    @Test
    void aLongStringStaysInTheBodyAndIsReadWithItsEscapes() throws IOException {
        // Longer than a piece of the body, so that escapes and characters lie across its borders.
        var text = "é\"\\/\n\uD83D\uDE00".repeat(40_000);
        var json = JSON.writeValueAsString(JSON.createObjectNode().put("text", text).put("after", 1));
        for (var shifted : new String[]{json, " " + json, "  " + json, "   " + json}) {
            var tree = read(shifted);
            assertThat(longString(tree.get("text")).text()).isEqualTo(text);
            assertThat(tree.get("after").intValue()).isEqualTo(1);
        }
    }

    @Test
    void theBytesOfALongStringAreThoseOfItsAsciiCharacters() throws IOException {
        var json = "{\"a\":\"" + "ab\\u002B\\/\\n\\\"".repeat(20_000) + "\"}";
        try (var bytes = longString(read(json).get("a")).bytes()) {
            assertThat(new String(bytes.readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("ab+/\n\"".repeat(20_000));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1}{}", "{\"a\":}", "[1,]", "{\"a\":\"LONG", "{\"a\":\"LONG\\x\"}",
        "{\"a\":\"LONG\n\"}", "{\"a\":\"LONG\\u12\"}", "{\"a\":\"LONG\" \"b\":1}"})
    void whatIsNoJsonIsRefusedInLongStringsToo(String json) {
        assertThatThrownBy(() -> read(json.replace("LONG", "x".repeat(10_000)))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("not valid JSON");
    }

    @Test
    void whatWouldBecomeALargeTreeIsRefused() {
        for (var json : new String[]{"[".repeat(1_000_000), "{\"a\":".repeat(100_000),
            "[" + "[],".repeat(150_000) + "[]]", "{\"" + "n".repeat(60_000) + "\":1}",
            "[" + "9".repeat(100_000) + "]"}) {
            assertThatThrownBy(() -> read(json)).isInstanceOf(InvalidInput.class);
        }
    }

    @Test
    void jsonInAnotherEncodingIsRefused() {
        var json = "{\"a\":\"b\"}";
        for (var charset : new Charset[]{StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE}) {
            assertThatThrownBy(() -> JsonTree.read(BodyBytes.of(json.getBytes(charset)), Room.UNBOUNDED))
                    .isInstanceOf(InvalidInput.class);
        }
    }

    @Test
    void manyParcelsOfABodyTakeNoMoreRoomThanItsBytes() {
        var room = new Counted();
        var body = new BodyBytes(room);
        for (int i = 0; i < 1_000_000; i++) {
            body.append(new byte[]{'x'}, 1);
        }
        assertThat(body.size()).isEqualTo(1_000_000);
        assertThat(room.most).isBetween(1_000_000L, 1_000_000L + (64 << 10));
        body.release();
        assertThat(room.held.get()).isZero();
    }

    @Test
    void theTreeCountsMoreThanItTakes() {
        var room = new Counted();
        JsonTree.read(BodyBytes.of(("[" + "{\"a\":1},".repeat(20_000) + "{}]").getBytes(StandardCharsets.UTF_8)), room);
        // A map with a table, an entry, a name and a number: about 220 bytes each.
        assertThat(room.held.get()).isGreaterThan(20_000 * 220);
    }
}
