// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Bodies with a content-encoding. */
@TestInstance(Lifecycle.PER_CLASS)
class PackedBodyTest {
    @FunctionalInterface
    private interface Packer {
        OutputStream around(OutputStream out) throws IOException;
    }

    private TestingMesh mesh;

    @BeforeAll
    void start() {
        mesh = new TestingMesh();
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static byte[] packed(String body, Packer packer) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = packer.around(bytes)) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    private TestingClient.Answer send(String coding, byte[] body) {
        return mesh.client.send(mesh.client.request(CHAT).header("content-encoding", coding)
                .POST(BodyPublishers.ofByteArray(body)).build());
    }

    private void says(String expected, TestingClient.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().path("choices").path(0).path("message").path("content").asText()).isEqualTo(expected);
    }

    @Test
    void packedBodiesAreReadAsTheyWere() throws IOException {
        var body = chat("'Hello'");
        says("Hello", send("gzip", packed(body, GZIPOutputStream::new)));
        says("Hello", send("X-GZIP", packed(body, GZIPOutputStream::new)));
        says("Hello", send("deflate", packed(body, DeflaterOutputStream::new)));
        says("Hello", send("deflate", packed(body, out -> new DeflaterOutputStream(out, new Deflater(9, true)))));
        says("Hello", send("identity", body.getBytes(StandardCharsets.UTF_8)));
        says("a".repeat(500_000), send("gzip", packed(chat("'" + "a".repeat(500_000) + "'"), GZIPOutputStream::new)));
    }

    @Test
    void codingsThatAreNotReadAreNamedWithThoseThatAre() {
        for (var coding : new String[]{"zstd", "br", "gzip, gzip", "nonsense"}) {
            var answer = send(coding, new byte[]{1, 2, 3});
            assertThat(answer.status()).as(coding).isEqualTo(415);
            assertThat(answer.error().path("message").asText()).contains(coding, "gzip, deflate");
        }
    }

    @Test
    void whatIsNotPackedAsItSaysIsRefused() throws IOException {
        var whole = packed(chat("'Hello'"), GZIPOutputStream::new);
        assertThat(send("gzip", Arrays.copyOf(whole, whole.length / 2)).status()).isEqualTo(400);
        assertThat(send("gzip", chat("'Hello'").getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(400);
        assertThat(send("deflate", new byte[]{1}).status()).isEqualTo(400);
        assertThat(send("gzip", new byte[0]).status()).isEqualTo(400);
    }

    @Test
    void theLimitHoldsForWhatComesOut() throws IOException {
        // 64 MB of blanks in 64 kB: within the limit as it travels.
        var bomb = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bomb)) {
            var blanks = new byte[1 << 20];
            Arrays.fill(blanks, (byte) ' ');
            for (int i = 0; i < 64; i++) {
                out.write(blanks);
            }
        }
        assertThat(bomb.size()).isLessThan(1 << 17);
        var answer = send("gzip", bomb.toByteArray());
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.error().path("message").asText()).contains("1048576").contains("unpacked");
        says("Hello", send("gzip", packed(chat("'Hello'"), GZIPOutputStream::new)));
    }
}
