// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Modality;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer takes of the gateway's memory is counted for as long as it does. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HeldBytesTest {
    private static final int LARGE = 24 << 20;
    /** What the system buffers of an answer that nobody reads, at most. */
    private static final int BUFFERED = 12 << 20;

    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE, Modality.AUDIO,
            Modality.VIDEO);

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private double held() {
        return mesh.metric("anymesh_gateway_body_bytes");
    }

    /** A medium and its base64; that in {@code delta.audio} comes to a sound's only when the rest has been taken. */
    @ParameterizedTest
    @ValueSource(strings = {"'image','stream':false", "'image','stream':true",
        "'audio','stream':true,'modalities':['text','audio']"})
    void whatWaitsForASlowClientIsCountedUntilItIsTaken(String request) throws Exception {
        mesh.generator = (generation, call, out) -> out.emit(
                TestingMesh.medium(generation.header().getModality() == Modality.AUDIO ? "audio/wav" : "image/png",
                        LARGE));
        var body = chat(request.substring(0, request.indexOf(',')), request.substring(request.indexOf(',') + 1));
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
                    + "content-length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
            Awaitility.await().until(() -> held() > LARGE + LARGE * 4L / 3 - BUFFERED);
            assertThat(held()).isLessThan(3 * LARGE);
            assertThat(socket.getInputStream().transferTo(OutputStream.nullOutputStream())).isGreaterThan(LARGE);
        }
        Awaitility.await().until(() -> held() == 0);
    }

    @Test
    void aFilmThatWaitsForItsSoundIsCounted() throws Exception {
        var goOn = new CountDownLatch(1);
        mesh.generator = (generation, call, out) -> {
            if (generation.header().getModality() == Modality.AUDIO) {
                goOn.await();
                return; // and there is none
            }
            out.emit(TestingMesh.medium("video/mp4", LARGE));
        };
        try (var _ = mesh.client.open(CHAT, chat("'video|audio'", "'stream':true", "'video':{'soundtrack':true}"))) {
            Awaitility.await().until(() -> held() >= LARGE);
            goOn.countDown();
        }
        Awaitility.await().until(() -> held() == 0);
    }
}
