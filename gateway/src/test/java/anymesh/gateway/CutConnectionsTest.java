// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.essence;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.testing.Cuts;
import anymesh.kit.testing.CuttingProxy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections to stages are cut at random bytes, and no caller notices: each answer is the one that it is without cuts. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CutConnectionsTest {
    private static final int REQUESTS = 1_000;
    private static final int AT_ONCE = 6;
    private static final int ONE_IN = 50;
    private static final List<String> KINDS = Stream
            .of("ModalityEncoder/Encode", "InputProjector/Project", "LlmBackbone/Generate", "OutputProjector/Project",
                    "ModalityGenerator/Generate")
            .flatMap(method -> Stream.of("TO_STAGE FIN", "TO_STAGE RST", "TO_CALLER FIN", "TO_CALLER RST")
                    .map(how -> "/anymesh.v1.%s %s".formatted(method, how)))
            .toList();

    private final TestingMesh mesh = new TestingMesh();
    private final List<CuttingProxy> proxies = new ArrayList<>();

    /** All five hops, with pictures of up to 100 kB. */
    private record Case(boolean streams, String body) {
        static Case of(int i) {
            var content = "[{'type':'text','text':'a|dice|image|look|dice|b|image|dice|c'},"
                    + picture("PIC" + "x".repeat(1 << i)) + "]";
            return new Case(i % 2 == 0, chat(content, "'seed':" + i, "'stream':" + (i % 2 == 0)));
        }

        Object ask(TestingClient client) {
            return streams ? essence(client.events(body)) : essence(client.post(CHAT, body));
        }
    }

    @AfterEach
    void closeWithoutLeaks() throws IOException {
        mesh.close();
        for (var proxy : proxies) {
            proxy.close();
        }
    }

    private void putBehind(Cuts cuts, String service) throws IOException {
        for (int number = 1; number <= 2; number++) {
            var instance = mesh.serve(service, number);
            var proxy = new CuttingProxy(instance.host(), instance.grpcPort(), cuts);
            proxies.add(proxy);
            mesh.register(service, instance.id(), proxy.port());
        }
    }

    @Test
    void nobodyNotices() throws Exception {
        var cases = IntStream.range(0, 16).mapToObj(Case::of).toList();
        var alone = new ArrayList<>();
        cases.forEach(one -> alone.add(one.ask(mesh.client)));
        var cuts = new Cuts(ONE_IN, 1);
        for (var service : mesh.services()) {
            putBehind(cuts, service);
        }
        var noticed = new ConcurrentLinkedQueue<String>();
        var asked = new AtomicInteger();
        try (var callers = Executors.newFixedThreadPool(AT_ONCE)) {
            for (int caller = 0; caller < AT_ONCE; caller++) {
                callers.execute(() -> {
                    for (int i; (i = asked.getAndIncrement()) < REQUESTS || !isAllMade(cuts);) {
                        int which = i % cases.size();
                        var answer = cases.get(which).ask(mesh.client);
                        if (!answer.equals(alone.get(which))) {
                            noticed.add("request %d, case %d: %s".formatted(i, which, answer));
                        }
                    }
                });
            }
        }
        assertThat(noticed).as("%d of %d calls were hit: %s", cuts.hit(), cuts.calls(), cuts.made()).isEmpty();
    }

    /** Whether each kind of hop was hit in both directions and manners. */
    private static boolean isAllMade(Cuts cuts) {
        return cuts.made().keySet().containsAll(KINDS);
    }
}
