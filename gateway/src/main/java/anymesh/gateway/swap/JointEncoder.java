// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.Services;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.EncodeRequest;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.ContractMismatch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Media and words as vectors of the joint space, by the mesh's encoder. */
final class JointEncoder {
    private final StageClient client;
    private final StageRouter router;

    JointEncoder(StageClient client, StageRouter router) {
        this.client = client;
        this.router = router;
    }

    /** An encoder that has words and this modality in one space; empty if none serves. */
    Optional<StageInstance> find(Modality modality) {
        return router.snapshot().stream()
                .filter(instance -> instance.service().equals(Services.ENCODER)
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
        var request = EncodeRequest.newBuilder().setModality(hop.modality())
                .setRepresentation(Representation.JOINT_EMBEDDING).addAllItems(items).build();
        return client.ask(new StageCall<>(hop, items.size(), client.methods().encode(), call), Frame.of(request))
                .map(answer -> {
                    try (var frame = answer.frame()) {
                        if (frame.embeddings().size() != 1 || frame.embeddings().getFirst().rows() != items.size()) {
                            throw new ContractMismatch("the encoder sent no vector for each item");
                        }
                        return rows(frame.embeddings().getFirst());
                    }
                });
    }

    private static List<float[]> rows(EmbeddingBatch batch) {
        var rows = new ArrayList<float[]>();
        var data = batch.data();
        for (int row = 0; row < batch.rows(); row++) {
            var vector = new float[batch.spec().elements()];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = switch (batch.spec().dtype()) {
                    case FLOAT32 -> data.getFloat();
                    case FLOAT16 -> Float.float16ToFloat(data.getShort());
                };
            }
            rows.add(vector);
        }
        return rows;
    }
}
