// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.v1.StageDescription;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told by a Consul whose every answer, and silence, the test decides: a real one does this once in a thousand times. */
final class ServiceFollowerTest {
    private static final Duration GRACE = Duration.ofMillis(800);

    private final Vertx vertx = Vertx.vertx();
    private final StageInstance first = instance(1, "1");
    private final StageInstance second = instance(2, "2");
    private final List<List<StageInstance>> shown = new CopyOnWriteArrayList<>();
    private final List<HttpServerRequest> unanswered = new CopyOnWriteArrayList<>();
    private final AtomicLong index = new AtomicLong(10);
    private final AtomicLong toldOfFirst = new AtomicLong();
    private volatile StageInstance told = second;
    private volatile Mood mood = Mood.ANSWERS;
    private HttpServer consul;
    private ServiceFollower follower;

    private enum Mood {
        ANSWERS, FAILS, HANGS
    }

    @BeforeEach
    void start() {
        consul = Futures.join(vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
        var config = ConsulConfig.defaults().at("127.0.0.1:" + consul.actualPort());
        follower = new ServiceFollower(vertx, "backbone", new ConsulAccess(vertx, config), new LastGood(GRACE),
                shown::add);
        Futures.join(follower.start());
    }

    @AfterEach
    void stop() {
        follower.close();
        Futures.join(vertx.close());
    }

    private void answer(HttpServerRequest request) {
        if (request.path().startsWith("/v1/internal/acl")) {
            request.response().setStatusCode(401).end();
        } else if (mood == Mood.FAILS) {
            request.response().setStatusCode(500).end("No cluster leader");
        } else if (mood == Mood.HANGS || String.valueOf(index).equals(request.getParam("index"))) {
            unanswered.add(request);
        } else {
            request.response().putHeader("X-Consul-Index", String.valueOf(index)).end(new JsonArray().add(entry(told))
                    .encode());
        }
    }

    private void become(Mood next) {
        mood = next;
        var waiting = List.copyOf(unanswered);
        unanswered.removeAll(waiting);
        if (next != Mood.HANGS) {
            waiting.forEach(request -> request.response().setStatusCode(500).end("No cluster leader"));
        }
    }

    private void tell(StageInstance instance) {
        told = instance;
        index.incrementAndGet();
    }

    @Test
    void aConsulThatCameBackWithAnOlderListAndHangsIsNotBelievedHoweverLongItHangs() {
        await().untilAsserted(() -> assertThat(shown).containsExactly(List.of(second)));
        become(Mood.FAILS);
        tell(first);
        become(Mood.ANSWERS);
        await().until(() -> toldOfFirst.get() > 0);
        become(Mood.HANGS);
        await().pollDelay(GRACE.multipliedBy(3)).until(() -> true);
        assertThat(shown).containsExactly(List.of(second));
        tell(second);
        become(Mood.ANSWERS);
        await().until(() -> !unanswered.isEmpty()); // it follows again, and waits for the next list
        assertThat(shown).containsExactly(List.of(second));
    }

    @Test
    void oneThatGoesOnTellingAnOlderListIsBelievedAfterTheGrace() {
        await().untilAsserted(() -> assertThat(shown).containsExactly(List.of(second)));
        become(Mood.FAILS);
        tell(first);
        become(Mood.ANSWERS);
        await().untilAsserted(() -> assertThat(shown).containsExactly(List.of(second), List.of(first)));
    }

    private JsonObject entry(StageInstance instance) {
        toldOfFirst.addAndGet(instance.equals(first) ? 1 : 0);
        var meta = new JsonObject();
        InstanceCodec.meta(instance).forEach(meta::put);
        return new JsonObject()
                .put("Node", new JsonObject().put("Node", "here").put("Address", "127.0.0.1"))
                .put("Service", new JsonObject().put("ID", instance.id()).put("Service", instance.service())
                        .put("Address", instance.host()).put("Port", instance.grpcPort()).put("Meta", meta))
                .put("Checks", new JsonArray());
    }

    private static StageInstance instance(int port, String incarnation) {
        return new StageInstance("backbone-1", "backbone", "127.0.0.1", port, 0, 1, StageState.SERVING,
                StageDescription.newBuilder().setIncarnation(incarnation).build());
    }
}
