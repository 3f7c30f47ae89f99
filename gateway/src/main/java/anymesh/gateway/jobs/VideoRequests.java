// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;

/** What an order asks of the mesh. */
public final class VideoRequests {
    private VideoRequests() {}

    /** Which stages it takes. */
    public static RouteNeeds needs(VideoOrder order) {
        var reference = order.reference();
        return new RouteNeeds(order.model(),
                reference == null ? Map.of() : Map.of(reference.modality(), reference.param()),
                Map.of(Modality.VIDEO, "model"), order.key());
    }

    /** How the film is to be made. */
    public static MediaOptions options(VideoOrder order) {
        return new MediaOptions(1, order.seed(), order.steps(), order.guidanceScale(), order.size(), Map.of(),
                null, 0, false);
    }

    /**
     * The conversation. A film that is to be changed stands in it as the answer to what it was asked for with.
     *
     * @param bytes of the reference; empty if there is none
     */
    static GenerationRequest request(VideoOrder order, ByteString bytes) {
        return new GenerationRequest(messages(order, bytes), Sampling.newBuilder().setSeed(order.seed()).build(),
                List.of(Modality.VIDEO), List.of(Modality.VIDEO), options(order));
    }

    private static List<Message> messages(VideoOrder order, ByteString bytes) {
        var prompt = new ModalityInput.Text(order.prompt());
        var reference = order.reference();
        if (reference == null) {
            return List.of(new Message(Role.USER, List.of(prompt)));
        }
        var medium = new ModalityInput.Media(reference.modality(), bytes, reference.param());
        var remixed = order.remixed();
        return remixed == null
                ? List.of(new Message(Role.USER, List.of(medium, prompt)))
                : List.of(new Message(Role.USER, List.of(new ModalityInput.Text(remixed.prompt()))),
                        new Message(Role.ASSISTANT, List.of(medium)), new Message(Role.USER, List.of(prompt)));
    }
}
