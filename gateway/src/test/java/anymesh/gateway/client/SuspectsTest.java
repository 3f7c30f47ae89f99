// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.client.Suspects.Turn;
import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SuspectsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Suspects suspects = new Suspects(vertx);

    @AfterEach
    void close() {
        Futures.join(vertx.close());
    }

    private Future<Turn> turn(String service, String bundle, String version) {
        var description = StageDescription.newBuilder().setBundle(bundle).setVersion(version).build();
        var instance = new StageInstance(service + "-1", service, "127.0.0.1", 1, 0, 1, StageState.SERVING,
                description);
        return suspects.turn(new Hop(Modality.TEXT, instance).pin(),
                CallContext.start("request", null, Duration.ofMinutes(1)));
    }

    @Test
    void theSuspectsOfOneVersionGoOneAtATime() {
        var first = Futures.join(turn("backbone", "toyworld", "1.0.0"));
        var second = turn("backbone", "toyworld", "1.0.0");
        assertThat(second.isComplete()).isFalse();
        first.close();
        Futures.join(second);
    }

    @Test
    void theyDoNotWaitForThoseOfAnotherModelOrService() {
        Futures.join(turn("backbone", "toyworld", "1.0.0"));
        Futures.join(turn("backbone", "toyworld", "2.0.0"));
        Futures.join(turn("backbone", "another", "1.0.0"));
        Futures.join(turn("encoder", "toyworld", "1.0.0"));
    }
}
