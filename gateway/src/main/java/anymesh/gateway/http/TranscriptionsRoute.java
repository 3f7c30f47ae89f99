// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code POST /v1/audio/transcriptions} and {@code /v1/audio/translations}: what is said in a sound, whole and streamed. */
final class TranscriptionsRoute {
    private final Generations generations;
    private final StageRouter router;

    TranscriptionsRoute(Generations generations, StageRouter router) {
        this.generations = generations;
        this.router = router;
    }

    void transcribe(RoutingContext http) {
        generations.serve(http, TranscriptionRequest::transcription, this::answer);
    }

    void translate(RoutingContext http) {
        generations.serve(http, TranscriptionRequest::translation, this::answer);
    }

    private Future<?> answer(TranscriptionRequest request, Exchange exchange) {
        if (request.stream()) {
            return generations.stream(exchange, events -> router.plan(request.needs(), exchange.call())
                    .compose(plan -> stream(request, plan, exchange, events)));
        }
        return router.plan(request.needs(), exchange.call())
                .compose(plan -> exchange.whole(request.generation(), plan))
                .compose(answer -> request.isPlain()
                        ? exchange.reply("text/plain; charset=utf-8", ByteString.copyFromUtf8(text(answer) + "\n"))
                        : exchange.reply(whole(JsonNodeFactory.instance.objectNode(), answer)));
    }

    private Future<?> stream(TranscriptionRequest request, RoutePlan plan, Exchange exchange, EventStream stream) {
        var events = new AnswerStream(stream, TranscriptionsRoute::delta, stream::sendTyped);
        return exchange.run(request.generation(), plan, events::accept).map(answer -> {
            events.end(() -> {
                stream.sendTyped(whole(event("transcript.text.done"), answer));
                stream.end();
            });
            return answer;
        });
    }

    private static List<ObjectNode> delta(AnswerEvent event) {
        return event instanceof TextWritten(_, String text, _)
                ? List.of(event("transcript.text.delta").put("delta", text))
                : List.of();
    }

    private static ObjectNode whole(ObjectNode json, Answer answer) {
        json.put("text", text(answer));
        json.set("usage", AnswerJson.mediaUsage(answer).put("type", "tokens"));
        return json;
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static String text(Answer answer) {
        return String.join("", answer.texts());
    }
}
