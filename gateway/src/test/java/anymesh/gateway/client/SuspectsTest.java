// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.client.Suspects.Turn;
import anymesh.kit.registry.Release;
import anymesh.kit.server.Futures;
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
        return suspects.turn(new Release(service, bundle, version),
                CallContext.start("request", null, Duration.ofMinutes(1)));
    }

    @Test
    void theSuspectsOfOneReleaseGoOneAtATime() {
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
