// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.routing.Hop;
import anymesh.v1.EncodeRequest;
import anymesh.v1.MediaItem;
import anymesh.v1.Representation;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Equation 1: F_X = ME_X(I_X), for all media of one modality in one call. */
final class EncodeStep {
    /** How an encoder names the item at fault. */
    private static final Pattern ITEM = Pattern.compile("items\\[(\\d{1,4})].*");

    private final StageClient client;

    EncodeStep(StageClient client) {
        this.client = client;
    }

    Future<Features> run(List<Media> media, Representation representation, Hop encoder, CallContext call) {
        var request = EncodeRequest.newBuilder().setModality(encoder.modality()).setRepresentation(representation);
        media.forEach(item -> request.addItems(MediaItem.newBuilder().setMedia(item.bytes())));
        var started = StageUsage.Started.now(media.stream().mapToLong(item -> item.bytes().size()).sum());
        var stage = new StageCall<>(encoder, media.size(), client.methods().encode(), call);
        return client.ask(stage, Frame.of(request.build()))
                .recover(error -> Future.failedFuture(
                        error instanceof InvalidInput e
                                ? located(e, media.stream().map(Media::param).toList())
                                : error))
                .map(answer -> {
                    var batch = Batches.only(answer.frame(), encoder.service());
                    return new Features(encoder.modality(), media.size(), batch,
                            started.ended(answer.served(), answer.header().getTimings(), batch.bodyBytes()));
                });
    }

    /** The encoder knows items; the client knows the fields of its request. */
    static InvalidInput located(InvalidInput error, List<String> params) {
        String param = error.param();
        Matcher item = ITEM.matcher(param == null ? "items[0]" : param);
        int index = item.matches() ? Integer.parseInt(item.group(1)) : 0;
        return new InvalidInput(String.valueOf(error.getMessage()),
                params.get(Math.min(index, params.size() - 1)), error.code());
    }
}
