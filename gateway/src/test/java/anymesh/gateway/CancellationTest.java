// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private final TestingMesh mesh = new TestingMesh();

    @BeforeEach
    void drawForever() {
        mesh.generator = mesh.stages::generateForever;
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private void awaitStopped() {
        Awaitility.await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
        mesh.generator = mesh.stages::generate;
        assertThat(mesh.client.post(CHAT, chat("'image'")).status()).isEqualTo(200);
    }

    @Test
    void leavingAStreamOverHttp2StopsTheGenerator() throws Exception {
        var stream = mesh.client.open(CHAT, chat("'a|image'", "'stream':true"));
        mesh.stages.generating.await();
        stream.close(); // resets the stream and keeps the connection
        awaitStopped();
    }

    @Test
    void leavingAStreamOverHttp1StopsTheGenerator() throws Exception {
        hangUpWhileGenerating(chat("'a|image'", "'stream':true"));
        awaitStopped();
    }

    @Test
    void leavingBeforeAWholeAnswerStopsTheGenerator() throws Exception {
        hangUpWhileGenerating(chat("'a|image'"));
        awaitStopped();
    }

    private void hangUpWhileGenerating(String body) throws IOException, InterruptedException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + bytes.length
                    + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().write(bytes);
            mesh.stages.generating.await();
        }
    }

    @Test
    void aBodyThatBreaksOffIsForgotten() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{")
                    .getBytes(StandardCharsets.UTF_8));
            awaitActiveRequests(1);
        }
        awaitActiveRequests(0);
    }

    private void awaitActiveRequests(int count) {
        Awaitility.await().until(() -> mesh.client.get("/metrics").response().body()
                .contains("anymesh_gateway_requests_active " + count + ".0"));
    }

    @Test
    void closingWithRequestsUnderWayStopsThemAndLeavesNothingBehind() throws Exception {
        mesh.client.open(CHAT, chat("'a|image'", "'stream':true"));
        mesh.stages.generating.await();
        mesh.gateway().close();
        assertThat(mesh.memory.allocatedBytes()).isZero();
        Awaitility.await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
    }
}
