// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.gateway.routing.EmbeddingPlan;
import anymesh.gateway.routing.Hop;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shortest path through the mesh: texts and media to the encoder and back, modalities side by side. To be called on a Vert.x
 * context, on which the result arrives.
 */
public final class EmbeddingPipeline {
    /** Items of one call, so that a long list does not keep others waiting. */
    private static final int AT_ONCE = 32;

    private final EmbedStep embed;

    public EmbeddingPipeline(StageClient client) {
        embed = new EmbedStep(client);
    }

    /** The modality in which the encoder reads it. */
    public static Modality modality(ModalityInput input) {
        return input instanceof Media media ? media.modality() : Modality.TEXT;
    }

    /**
     * Embeds all inputs along {@code plan}; cancelling {@code call} cancels what is under way.
     *
     * @param params the fields of the request that the inputs stand in, for refusals
     */
    public Future<Embedded> embed(List<ModalityInput> inputs, List<String> params, EmbeddingPlan plan,
            CallContext call) {
        var vectors = new float[inputs.size()][];
        var work = new Gathering<Embedded>(call, _ -> {});
        plan.encoders().forEach((modality, encoder) -> work.add(embed(encoder, IntStream.range(0, inputs.size())
                .filter(i -> modality(inputs.get(i)) == modality).boxed().toList(), inputs, params, vectors, call)));
        return work.all().map(parts -> new Embedded(Arrays.asList(vectors),
                parts.stream().mapToInt(Embedded::tokens).sum(),
                parts.stream().flatMap(part -> part.stages().stream()).toList()));
    }

    /** Those of one modality, one portion after the other; their vectors go to their places. */
    private Future<Embedded> embed(Hop encoder, List<Integer> places, List<ModalityInput> inputs, List<String> params,
            float[][] vectors, CallContext call) {
        var portion = places.subList(0, Math.min(AT_ONCE, places.size()));
        var rest = places.subList(portion.size(), places.size());
        return embed.run(encoder, portion.stream().map(place -> item(inputs.get(place))).toList(), true, call)
                .recover(error -> Future.failedFuture(error instanceof InvalidInput e
                        ? EncodeStep.located(e, portion.stream().map(params::get).toList())
                        : error))
                .compose(embedded -> {
                    for (int i = 0; i < portion.size(); i++) {
                        vectors[portion.get(i)] = embedded.vectors().get(i);
                    }
                    return rest.isEmpty()
                            ? Future.succeededFuture(embedded)
                            : embed(encoder, rest, inputs, params, vectors, call).map(more -> joined(embedded, more));
                });
    }

    private static Embedded joined(Embedded one, Embedded more) {
        var stages = new ArrayList<>(one.stages());
        stages.addAll(more.stages());
        return new Embedded(List.of(), one.tokens() + more.tokens(), stages);
    }

    private static MediaItem item(ModalityInput input) {
        return switch (input) {
            case Text(String text) -> MediaItem.newBuilder().setText(text).build();
            case Media media -> MediaItem.newBuilder().setMedia(media.bytes()).build();
        };
    }
}
