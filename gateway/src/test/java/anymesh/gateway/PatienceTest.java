// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.http.ConnectionLimits;
import anymesh.gateway.http.HttpLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that are slow but go on: nothing ends them because it takes long. */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PatienceTest {
    private static final int LARGE = 24 << 20;
    private static final int MAX_BODY = 1 << 20;
    private static final Duration IDLE = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private TestingMesh mesh;

    @BeforeAll
    void start() {
        var limits = new HttpLimits(MAX_BODY, 512L << 20, 64, 4, PAUSE,
                new ConnectionLimits(Duration.ofSeconds(20), IDLE, 1, 64 << 10));
        mesh = new TestingMesh(TestingMesh.config(limits));
        mesh.generator = (request, call, out) -> out.emit(TestingMesh.medium("image/png", LARGE));
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    private Socket send(String path, String body, int length) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port());
        socket.getOutputStream().write(("POST " + path + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + length
                + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private Socket ask(String body) throws IOException {
        return send(CHAT, body, body.length());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {"'stream':false, }", "'stream':true, [DONE]"})
    void anAnswerMayTakeMuchLongerThanAConnectionMayBeIdle(String stream, String end) throws Exception {
        int steps = 64;
        int piece = LARGE / steps; // a quarter is left then, since it is base64
        try (var socket = ask(chat("'image'", stream))) {
            for (int i = 0; i < steps; i++) {
                Thread.sleep(IDLE.toMillis() * 2 / steps);
                assertThat(socket.getInputStream().readNBytes(piece)).as("piece " + i).hasSize(piece);
            }
            var rest = text(socket); // and then the end of an idle connection
            assertThat(rest.substring(rest.length() - 20)).contains(end);
        }
    }

    /** One is refused by its head, the other by a route that never reads a body. */
    @Test
    void aRefusedUploadMayTakeMuchLongerThanAPause() throws Exception {
        int size = 3 * MAX_BODY;
        int steps = 48;
        try (var large = send(CHAT, "", size); var nowhere = send("/nowhere", "", size)) {
            for (int i = 0; i < steps; i++) {
                Thread.sleep(PAUSE.toMillis() * 2 / steps);
                for (var socket : List.of(large, nowhere)) {
                    socket.getOutputStream().write(new byte[size / steps]);
                }
            }
            for (var socket : List.of(large, nowhere)) { // the connection is as good as new
                socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.UTF_8));
            }
            assertThat(text(large)).startsWith("HTTP/1.1 413").contains("HTTP/1.1 200");
            assertThat(text(nowhere)).startsWith("HTTP/1.1 404").contains("HTTP/1.1 200");
        }
    }

    private static String text(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aRefusedUploadMayNotGoOnForEver() throws IOException {
        try (var socket = send("/nowhere", "", Integer.MAX_VALUE)) {
            long sent = 0;
            try {
                for (; sent < Integer.MAX_VALUE; sent += MAX_BODY) {
                    socket.getOutputStream().write(new byte[MAX_BODY]);
                }
            } catch (IOException _) {
                // cut
            }
            assertThat(sent).as("four times what a body may have, and what the system buffers").isLessThan(64L << 20);
        }
    }
}
