// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.client.CallSettings;
import anymesh.v1.MediaItem;
import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request that ends every process that works on it harms no others, and is not given to a third. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KillingRequestTest {
    private static final int ENCODERS = 4;
    private static final int OTHERS = 12;
    private static final String KILLING = chat("[{'type':'text','text':'look'}," + picture("PIC kills") + "]");
    private static final String HARMLESS = chat("[{'type':'text','text':'look'}," + picture("PIC") + "]");

    private final TestingMesh mesh = new TestingMesh(
            TestingMesh.config().withStages(CallSettings.defaults().withPatience(Duration.ofSeconds(30))));
    private final AtomicInteger deaths = new AtomicInteger();
    private final CountDownLatch death = new CountDownLatch(1);

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static boolean kills(MediaItem item) {
        return item.getMedia().endsWith(ByteString.copyFromUtf8("kills"));
    }

    /** Nothing is answered before so many are at work and the first process has died. */
    private void encodeInCompanyOf(int company, Runnable afterDeath) {
        var atWork = new CountDownLatch(company);
        mesh.encoder = (request, call, out) -> {
            atWork.countDown();
            assertThat(atWork.await(30, TimeUnit.SECONDS)).isTrue();
            if (request.header().getItemsList().stream().anyMatch(KillingRequestTest::kills)) {
                deaths.incrementAndGet();
                mesh.die();
                afterDeath.run();
                death.countDown();
                TestingMesh.awaitEnd(call);
            }
            assertThat(death.await(30, TimeUnit.SECONDS)).isTrue();
            mesh.stages.encode(request, call, out);
        };
    }

    private void serveSeveral() {
        IntStream.rangeClosed(2, ENCODERS).forEach(number -> mesh.serve("encoder", number));
    }

    @Test
    void twoProcessesAndNoMore() {
        serveSeveral();
        encodeInCompanyOf(1, () -> {});
        var answer = mesh.client.post(CHAT, KILLING);
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error().path("code").asText()).isEqualTo("inference_failed");
        assertThat(answer.error().path("message").asText()).contains("encoder ended twice");
        assertThat(answer.header("x-should-retry")).as("OpenAI's clients would send it again").isEqualTo("false");
        assertThat(deaths).hasValue(2);
        assertThat(mesh.client.post(CHAT, HARMLESS).status()).isEqualTo(200);
    }

    @Test
    void whoeverWasInItsCompanyIsAnswered() {
        serveSeveral();
        encodeInCompanyOf(OTHERS + 1, () -> {});
        assertOnlyTheKillingOneFails();
    }

    @Test
    void soItIsWhereThereIsOneProcessWhichComesBack() {
        encodeInCompanyOf(OTHERS + 1, () -> mesh.serve("encoder", 1));
        assertOnlyTheKillingOneFails();
    }

    private void assertOnlyTheKillingOneFails() {
        var refused = new ConcurrentLinkedQueue<String>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            callers.execute(() -> assertThat(mesh.client.post(CHAT, KILLING).status()).isEqualTo(502));
            for (int i = 0; i < OTHERS; i++) {
                callers.execute(() -> {
                    var answer = mesh.client.post(CHAT, HARMLESS);
                    if (answer.status() != 200) {
                        refused.add(answer.response().body());
                    }
                });
            }
        }
        assertThat(refused).isEmpty();
        assertThat(deaths).hasValue(2);
    }
}
