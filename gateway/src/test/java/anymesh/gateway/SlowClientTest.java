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
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** Clients that keep their place by being slow. */
@TestInstance(Lifecycle.PER_CLASS)
class SlowClientTest {
    private static final int LARGE = 24 << 20;
    private TestingMesh mesh;

    private static GatewayConfig impatient() {
        return TestingMesh.config(new HttpLimits(1 << 20, 512L << 20, 64, 4, Duration.ofMillis(400),
                new ConnectionLimits(Duration.ofMillis(400), Duration.ofMillis(800), 1 << 20, 64 << 10)));
    }

    @BeforeAll
    void start() {
        mesh = new TestingMesh(impatient());
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port());
        socket.setSoTimeout(20); // how long each byte waits for the next
        return socket;
    }

    /** Sends a byte, again and again, until the other side says something or closes; what it said. */
    private static String trickle(Socket socket) throws IOException {
        for (int i = 0; i < 3_000; i++) {
            try {
                socket.getOutputStream().write('x');
                int first = socket.getInputStream().read();
                socket.setSoTimeout(10_000);
                return first < 0
                        ? ""
                        : (char) first + new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } catch (SocketTimeoutException _) {
                // on to the next byte
            } catch (IOException _) {
                return ""; // closed while a byte was under way
            }
        }
        throw new AssertionError("the gateway waits for ever");
    }

    @Test
    void aBodyThatTricklesIsGivenUpThoughItNeverPauses() throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: 100000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(trickle(socket)).startsWith("HTTP/1.1 408").contains("{\"error\":{\"message\"");
        }
        awaitNobody();
    }

    @Test
    void aRefusedBodyThatGoesOnIsCutTooInTheEnd() throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: 90000000\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            assertThat(trickle(socket)).startsWith("HTTP/1.1 413"); // and then the end of the connection
        }
    }

    @Test
    void aHeadThatNeverEndsAndAConnectionWithoutOneAreClosed() throws IOException {
        try (var socket = connect()) {
            socket.getOutputStream().write("GET /healthz HTTP/1.1\r\nx: ".getBytes(StandardCharsets.UTF_8));
            assertThat(trickle(socket)).isEmpty();
        }
        awaitEndOfAnIdleConnection();
    }

    private void awaitEndOfAnIdleConnection() throws IOException {
        try (var socket = connect()) {
            socket.setSoTimeout(10_000);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aRequestThatTakesLongerThanAllOfTheseIsServed() {
        mesh.backbone = (request, call, out) -> {
            awaitEndOfAnIdleConnection(); // which the request's own one would have met as well
            mesh.stages.reason(request, call, out);
        };
        assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
        mesh.backbone = mesh.stages::reason;
    }

    @Test
    void anAnswerThatNobodyTakesIsNotKept() throws Exception {
        var made = new Semaphore(0);
        mesh.generator = (request, call, out) -> {
            out.emit(TestingMesh.medium("image/png", LARGE));
            made.release();
        };
        for (var stream : new String[]{"'stream':false", "'stream':true"}) {
            var body = chat("'image'", stream);
            try (var socket = connect()) {
                socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: "
                        + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
                assertThat(made.tryAcquire(20, TimeUnit.SECONDS)).as("it is made").isTrue();
                awaitNobody(); // though nothing has been read
                socket.setSoTimeout(10_000);
                assertThat(received(socket)).isLessThan(LARGE);
            }
        }
        mesh.generator = mesh.stages::generate;
    }

    /** How many bytes came before the connection ended, in whatever way. */
    private static long received(Socket socket) throws IOException {
        long count = 0;
        try {
            for (int step = 0; step >= 0; step = socket.getInputStream().read(new byte[1 << 16])) {
                count += step;
            }
        } catch (SocketException _) {
            // cut
        }
        return count;
    }

    private void awaitNobody() {
        Awaitility.await().atMost(Duration.ofSeconds(20))
                .until(() -> mesh.metric("anymesh_gateway_requests_active") == 0
                        && mesh.metric("anymesh_gateway_body_bytes") == 0);
    }
}
