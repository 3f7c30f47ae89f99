// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.wire.error.InferenceFailed;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code POST /v1/audio/generations} and {@code /v1/audio/speech}: one sound, as the file itself or in events. */
final class SoundsRoute {
    private final Generations generations;
    private final StageRouter router;

    SoundsRoute(Generations generations, StageRouter router) {
        this.generations = generations;
        this.router = router;
    }

    void generate(RoutingContext http) {
        generations.serve(http, SoundRequest::generation, this::answer);
    }

    void speak(RoutingContext http) {
        generations.serve(http, SoundRequest::speech, this::answer);
    }

    private Future<?> answer(SoundRequest request, Exchange exchange) {
        if (request.stream()) {
            return generations.stream(exchange, events -> plan(request, exchange)
                    .compose(plan -> stream(request, plan, exchange, events)));
        }
        return plan(request, exchange).compose(plan -> exchange.whole(request.generation(), plan))
                .compose(answer -> {
                    var sound = sound(answer);
                    return exchange.reply(sound.getMimeType(), sound.getData());
                });
    }

    private Future<RoutePlan> plan(SoundRequest request, Exchange exchange) {
        return router.plan(request.routeNeeds(), Modality.AUDIO, request.needs(), exchange.call());
    }

    private static GeneratedMedia sound(Answer answer) {
        return answer.media(Modality.AUDIO).stream().findFirst()
                .orElseThrow(() -> new InferenceFailed("the answer has no sound"));
    }

    /** OpenAI's events of a speech. */
    private Future<?> stream(SoundRequest request, RoutePlan plan, Exchange exchange, EventStream stream) {
        var events = new AnswerStream(stream, SoundsRoute::deltas, stream::sendTyped);
        return exchange.run(request.generation(), plan, events::accept).map(answer -> {
            events.end(() -> {
                ObjectNode done = event("speech.audio.done");
                done.set("usage", AnswerJson.mediaUsage(answer));
                stream.sendTyped(done);
                stream.end();
            });
            return answer;
        });
    }

    private static List<ObjectNode> deltas(AnswerEvent event) {
        if (!(event instanceof MediaDone done)) {
            return List.of();
        }
        return AudioStream.pieces(done.media().getData())
                .map(piece -> event("speech.audio.delta").putPOJO("audio", MediaText.base64(piece))).toList();
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }
}
