// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.http.ConnectionLimits;
import anymesh.gateway.http.HttpLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred clients that read a byte a second. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowReadersTest {
    private static final int READERS = 100;
    /** In base64 it is 4.5 MB, of which the system takes 3 to 4.3 where nobody reads; the rest waits in the gateway. */
    private static final int LARGE = 13 << 18;
    private static final long TAKEN = 4_300_000;
    private static final long ANSWER = LARGE * 4L / 3;
    private static final int ORDINARY = 50;
    /** Until a reader is cut off; the ordinary requests take a tenth of it, or on a busy machine more. */
    private static final Duration PATIENCE = Duration.ofSeconds(12);
    private static final int MIN_RATE = 4 << 10;

    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(new HttpLimits(1 << 20, 4L << 30, 512, 4,
            PATIENCE, new ConnectionLimits(Duration.ofSeconds(20), Duration.ofMinutes(3), MIN_RATE, 64 << 10))));
    private final List<Socket> readers = new ArrayList<>();

    @AfterEach
    void closeWithoutLeaks() throws IOException {
        for (var reader : readers) {
            reader.close();
        }
        mesh.close();
    }

    @Test
    void aHundredWhoReadAByteASecondCostTheOthersNothingAndAreCutOff() throws Exception {
        var made = new Semaphore(0);
        mesh.generator = (request, call, out) -> {
            out.emit(TestingMesh.medium("image/png", LARGE));
            made.release();
        };
        long before = median();
        try (var sips = Executors.newSingleThreadScheduledExecutor()) {
            for (int i = 0; i < READERS; i++) {
                readers.add(ask(i % 2 == 0));
            }
            var _ = sips.scheduleAtFixedRate(this::sip, 1, 1, TimeUnit.SECONDS);
            made.acquire(READERS);
            Awaitility.await().until(() -> mesh.metric("anymesh_gateway_requests_active") > READERS / 2
                    && held() > READERS * (ANSWER - TAKEN) / 2);
            assertThat(held()).as("what waits for them").isLessThan(READERS * (LARGE + ANSWER));
            long during = median();
            assertThat(mesh.metric("anymesh_gateway_requests_active")).as("who hung there all the while")
                    .isGreaterThan(READERS / 2);
            // Behind readers it would take them seconds; a busy machine makes it slow too, but not that slow.
            assertThat(during).as("nanoseconds of an ordinary request, %d before", before)
                    .isLessThan(10 * before + TimeUnit.MILLISECONDS.toNanos(100));
            Awaitility.await().atMost(Duration.ofSeconds(40))
                    .until(() -> mesh.metric("anymesh_gateway_requests_active") == 0 && held() == 0);
            sips.shutdownNow();
        }
        for (var reader : readers) {
            assertThat(rest(reader)).as("bytes that anybody kept for it").isLessThan(1 << 20);
        }
    }

    private double held() {
        return mesh.metric("anymesh_gateway_body_bytes");
    }

    /** How long an ordinary request takes. */
    private long median() {
        return LongStream.generate(() -> {
            long began = System.nanoTime();
            assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
            return System.nanoTime() - began;
        }).limit(ORDINARY).sorted().skip(ORDINARY / 2).findFirst().orElseThrow();
    }

    private Socket ask(boolean streams) throws IOException {
        var body = chat("'image'", "'stream':" + streams);
        var socket = new Socket();
        socket.setReceiveBufferSize(4 << 10);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), mesh.gateway().port()));
        socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + body.length()
                + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    private void sip() {
        for (var reader : readers) {
            try {
                if (reader.getInputStream().available() > 0) {
                    reader.getInputStream().read();
                }
            } catch (IOException _) {
                // cut off
            }
        }
    }

    /** How many bytes were still to come before the connection ended. */
    private static long rest(Socket socket) {
        long count = 0;
        try {
            socket.setSoTimeout(10_000);
            var piece = new byte[1 << 16];
            for (int step = 0; step >= 0; step = socket.getInputStream().read(piece)) {
                count += step;
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("it is not cut off", e);
        } catch (IOException _) {
            // reset
        }
        return count;
    }
}
