// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.pipeline.EmbedStep;
import anymesh.gateway.pipeline.Embedded;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Media and words as vectors of the joint space, by the mesh's encoder. */
final class JointEncoder {
    private final EmbedStep embed;
    private final StageRouter router;

    JointEncoder(StageClient client, StageRouter router) {
        this.embed = new EmbedStep(client);
        this.router = router;
    }

    /** An encoder that has words and this modality in one space; empty if none serves. */
    Optional<StageInstance> find(Modality modality) {
        return router.snapshot().stream()
                .filter(instance -> instance.service().equals(ServiceKind.ENCODER.name())
                        && instance.state() == StageState.SERVING && !instance.description().getCandidate())
                .filter(instance -> !Collections.disjoint(Hop.of(modality, instance).joint(modality),
                        Hop.of(Modality.TEXT, instance).joint(Modality.TEXT)))
                .findFirst();
    }

    Future<List<float[]>> words(StageInstance encoder, String words, CallContext call) {
        return encode(Hop.of(Modality.TEXT, encoder), List.of(MediaItem.newBuilder().setText(words).build()), call);
    }

    Future<List<float[]>> media(StageInstance encoder, Modality modality, List<GeneratedMedia> media,
            CallContext call) {
        return encode(Hop.of(modality, encoder),
                media.stream().map(one -> MediaItem.newBuilder().setMedia(one.getData()).build()).toList(), call);
    }

    private Future<List<float[]>> encode(Hop hop, List<MediaItem> items, CallContext call) {
        return embed.run(hop, items, false, call).map(Embedded::vectors);
    }
}
