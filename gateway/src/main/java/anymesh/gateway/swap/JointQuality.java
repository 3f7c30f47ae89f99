// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.pipeline.Twins;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two media by what is plainly wrong with them, and by how like they are to the words that asked for them. Where no encoder
 * has words and media in one space, the former is all there is.
 */
public final class JointQuality implements Quality {
    private static final Logger log = LoggerFactory.getLogger(JointQuality.class);
    private static final Duration TIME = Duration.ofSeconds(30);

    private final JointEncoder encoder;
    private final Flaws flaws = new Flaws();
    private final Map<Modality, Likeness> likeness = new EnumMap<>(Modality.class);

    /** What is wrong with either of two. */
    private record Wrong(Optional<String> incumbent, Optional<String> candidate) {
        boolean isNone() {
            return incumbent.isEmpty() && candidate.isEmpty();
        }
    }

    public JointQuality(StageClient client, StageRouter router) {
        this.encoder = new JointEncoder(client, router);
        Modalities.MEDIA.forEach(modality -> likeness.put(modality, new Likeness()));
    }

    @Override
    public Future<Judged> judge(Twins twins) {
        var call = CallContext.start("quality-" + twins.trial(), null, TIME);
        var context = Objects.requireNonNull(Vertx.currentContext(), "not on a Vert.x context");
        return context.executeBlocking(() -> new Wrong(flaws.of(twins.modality(), twins.standing(), call),
                flaws.of(twins.modality(), twins.onTrial(), call)), false)
                .compose(wrong -> judge(twins, Objects.requireNonNull(wrong), call));
    }

    private Future<Judged> judge(Twins twins, Wrong wrong, CallContext call) {
        if (!wrong.isNone()) {
            log.info("swap={} {} of '{}': incumbent's {}, candidate's {}", twins.trial(), twins.modality(),
                    twins.words(), wrong.incumbent().orElse("good"), wrong.candidate().orElse("good"));
            return Future.succeededFuture(
                    new Judged(wrong.incumbent().isPresent() ? 0 : 1, wrong.candidate().isPresent() ? 0 : 1));
        }
        var found = twins.words().isBlank() ? Optional.<StageInstance>empty() : encoder.find(twins.modality());
        return found.isEmpty() ? Future.succeededFuture(new Judged(1, 1)) : compare(twins, found.get(), call);
    }

    private Future<Judged> compare(Twins twins, StageInstance by, CallContext call) {
        var media = List.of(twins.standing(), twins.onTrial());
        return encoder.words(by, twins.words(), call)
                .compose(words -> encoder.media(by, twins.modality(), media, call)
                        .map(vectors -> Objects.requireNonNull(likeness.get(twins.modality()))
                                .judge(words.getFirst(), vectors.get(0), vectors.get(1))));
    }
}
