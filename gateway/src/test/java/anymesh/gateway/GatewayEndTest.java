// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The one way in which a gateway goes, seen by its clients. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class GatewayEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String HELLO = chat("'Hello'");

    private static TestingMesh mesh(Duration lameDuck, Duration drainTimeout) {
        return new TestingMesh(TestingMesh.config().withEnd(lameDuck, drainTimeout));
    }

    private static void awaitUnready(TestingMesh mesh) {
        Awaitility.await().until(() -> mesh.client.get("/readyz").status() == 503);
    }

    @Test
    void aLameDuckIsUnreadyAndServesAllThatComes() throws Exception {
        var mesh = mesh(Duration.ofSeconds(30), LONG);
        try (mesh; var idle = new Connection(mesh); var untouched = new Connection(mesh)) {
            assertThat(idle.ask(HELLO)).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("connection: close");
            var drain = Thread.ofVirtual().start(mesh.gateway()::drain);
            awaitUnready(mesh);
            assertThat(idle.ask(HELLO)).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            assertThat(idle.rest()).as("closed once it is answered").isEmpty();
            assertThat(untouched.ask(HELLO)).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close");
            assertThat(mesh.client.post(CHAT, HELLO).status()).isEqualTo(200);
            assertThat(mesh.client.events(chat("'a|image'", "'stream':true"))).endsWith("[DONE]");
            assertThat(drain.isAlive()).as("it is a lame duck still").isTrue();
            drain.interrupt();
            drain.join();
        }
    }

    @Test
    void afterThatWhatIsUnderWayIsFinishedAndNewRequestsAreRefused() throws Exception {
        var mesh = mesh(Duration.ZERO, LONG);
        var goOn = new CountDownLatch(1);
        mesh.finishOnlyAfter(goOn);
        try (mesh; var idle = new Connection(mesh); var busy = new Connection(mesh)) {
            assertThat(idle.send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").answer()).startsWith("HTTP/1.1 200");
            busy.send(post(HELLO));
            Awaitility.await().until(() -> mesh.metric("anymesh_gateway_requests_active") == 1);
            var drain = Thread.ofVirtual().start(mesh.gateway()::drain);
            awaitUnready(mesh);
            assertThat(idle.ask(HELLO)).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: ")
                    .containsIgnoringCase("connection: close");
            assertThat(idle.rest()).isEmpty();
            // A client that is still sending reads its answer once it has sent everything.
            try (var slow = new Connection(mesh)) {
                var large = "x".repeat(2 << 20);
                slow.send("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + large.length() + "\r\n\r\n");
                assertThat(slow.send(large).answer()).startsWith("HTTP/1.1 503");
            }
            goOn.countDown();
            assertThat(busy.answer()).startsWith("HTTP/1.1 200").containsIgnoringCase("connection: close")
                    .contains("Hello");
            drain.join();
            assertThat(mesh.memory.allocatedBytes()).isZero();
        }
    }

    @Test
    void noConnectionIsCutWithoutAnAnswerWhateverTheMoment() throws Exception {
        var mesh = mesh(Duration.ofMillis(100), LONG);
        try (mesh) {
            var clients = new ArrayList<CompletableFuture<List<String>>>();
            for (int i = 0; i < 4; i++) {
                boolean keepsAlive = i % 2 == 0;
                clients.add(CompletableFuture.supplyAsync(() -> askUntilRefused(mesh, keepsAlive),
                        Thread::startVirtualThread));
            }
            Awaitility.await().until(() -> mesh.metric("anymesh_gateway_requests_seconds_count") > 20);
            mesh.gateway().drain();
            for (var client : clients) {
                assertThat(client.join()).allMatch(answer -> answer.startsWith("HTTP/1.1 200")
                        || (answer.startsWith("HTTP/1.1 503") && answer.contains("retry-after: ")));
            }
        }
    }

    /** What a client got until nobody listened any more; a connection that ends without an answer is an empty one. */
    private static List<String> askUntilRefused(TestingMesh mesh, boolean keepsAlive) {
        var answers = new ArrayList<String>();
        try {
            while (true) {
                try (var connection = new Connection(mesh)) {
                    String answer;
                    do {
                        answer = connection.ask(HELLO);
                        answers.add(answer);
                    } while (keepsAlive && !answer.contains("connection: close") && !answer.isEmpty());
                }
            }
        } catch (ConnectException _) {
            return answers;
        } catch (IOException e) {
            answers.add(e.toString());
            return answers;
        }
    }

    @Test
    void whatOutlivesTheBudgetIsToldSo() throws Exception {
        var mesh = mesh(Duration.ZERO, Duration.ofSeconds(2));
        var never = new CountDownLatch(1);
        mesh.finishOnlyAfter(never);
        try (mesh; var whole = new Connection(mesh); var reading = new Connection(mesh)) {
            whole.send(post(HELLO));
            reading.send("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{");
            var stream = mesh.client.open(CHAT, chat("'Hello'", "'stream':true"));
            Awaitility.await().until(() -> mesh.metric("anymesh_gateway_requests_active") == 3);
            mesh.gateway().drain();
            assertThat(whole.answer()).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: ");
            assertThat(reading.answer()).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after: ");
            assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).contains("shutting down")
                    .doesNotContain("[DONE]");
            never.countDown();
        }
    }

    private static String post(String body) {
        return "POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** A client's connection, so that it can be seen how it ends. */
    private static final class Connection implements AutoCloseable {
        private final Socket socket;

        Connection(TestingMesh mesh) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port());
        }

        Connection send(String bytes) throws IOException {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
            return this;
        }

        String ask(String body) throws IOException {
            return send(post(body)).answer();
        }

        /** The next answer with its body; empty if the connection ended instead. */
        String answer() throws IOException {
            var head = new ByteArrayOutputStream();
            for (int next; !head.toString(StandardCharsets.UTF_8).endsWith("\r\n\r\n");) {
                next = socket.getInputStream().read();
                if (next < 0) {
                    return head.toString(StandardCharsets.UTF_8);
                }
                head.write(next);
            }
            var text = head.toString(StandardCharsets.UTF_8);
            int length = text.lines().filter(line -> line.startsWith("content-length: "))
                    .mapToInt(line -> Integer.parseInt(line.substring("content-length: ".length()))).findFirst()
                    .orElse(0);
            return text + new String(socket.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
        }

        String rest() throws IOException {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
