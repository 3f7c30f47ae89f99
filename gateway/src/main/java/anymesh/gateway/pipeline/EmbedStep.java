// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.v1.EncodeRequest;
import anymesh.v1.MediaItem;
import anymesh.v1.Representation;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.ContractMismatch;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;

/** Equation 1 with the joint representation: a unit vector for each item, in the space that modalities share. */
public final class EmbedStep {
    private final StageClient client;

    public EmbedStep(StageClient client) {
        this.client = client;
    }

    /**
     * The vectors of items of one modality, in their order.
     *
     * @param whole whether texts that are longer than the model reads are refused
     */
    public Future<Embedded> run(Hop encoder, List<MediaItem> items, boolean whole, CallContext call) {
        var request = EncodeRequest.newBuilder().setModality(encoder.modality())
                .setRepresentation(Representation.JOINT_EMBEDDING).setWhole(whole).addAllItems(items).build();
        var started = StageUsage.Started.now(request.getSerializedSize());
        return client.ask(new StageCall<>(encoder, items.size(), client.methods().encode(), call), Frame.of(request))
                .map(answer -> {
                    try (var frame = answer.frame()) {
                        if (frame.embeddings().size() != 1 || frame.embeddings().getFirst().rows() != items.size()) {
                            throw new ContractMismatch("the encoder sent no vector for each item");
                        }
                        var batch = frame.embeddings().getFirst();
                        return new Embedded(rows(batch), answer.header().getTokens(), List.of(started.ended(
                                answer.served(), answer.header().getTimings(), batch.bodyBytes())));
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
