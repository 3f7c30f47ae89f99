// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.forecast.Forecast;
import anymesh.gateway.forecast.Patience;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.Answers;
import anymesh.gateway.pipeline.ChoiceListener;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.StageUsage;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.RoutePlan;
import anymesh.wire.call.CallContext;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A generating request that was let in and read, and its answer.
 *
 * @param call ends when its time is over or the client goes away
 * @param ticket what the request holds
 * @param spending what it takes of its caller's limits
 * @param maxWait how long others may keep it waiting
 */
record Exchange(RoutingContext http, CallContext call, Delivery delivery, Admission.Ticket ticket, Spending spending,
        Duration maxWait, GenerationPipeline pipeline, GatewayMeters meters) {

    /** Runs the request through the mesh. */
    Future<Answer> run(GenerationRequest request, RoutePlan plan, Consumer<AnswerEvent> events) {
        return run(request, 1, plan, (_, event) -> events.accept(event)).map(answers -> answers.choices().getFirst());
    }

    /** Runs it for a caller who is told when all of it is there. */
    Future<Answer> whole(GenerationRequest request, RoutePlan plan) {
        return whole(request, 1, plan).map(answers -> answers.choices().getFirst());
    }

    /** The same, {@code n} times over. */
    Future<Answers> whole(GenerationRequest request, int n, RoutePlan plan) {
        return run(request.gathered(), n, plan, (_, _) -> {});
    }

    /** Runs it {@code n} times over, which is spent for as one. */
    Future<Answers> run(GenerationRequest request, int n, RoutePlan plan, ChoiceListener events) {
        name(plan.hops());
        var patience = new Patience(call.remaining(), maxWait, this::tell);
        return pipeline.answers(request, n, plan, patience, call, ticket::count, (choice, event) -> {
            spending.heard(event);
            events.on(choice, event);
        }).onSuccess(answers -> {
            spending.ended(answers);
            spent(answers.stages());
        });
    }

    private void tell(Forecast forecast) {
        if (!http.response().headWritten()) {
            http.response().putHeader(RequestIds.FORECAST, String.valueOf(forecast.total().toMillis()));
        }
    }

    /** Counts what was done for the request, and names those who did it. */
    void spent(List<StageUsage> stages) {
        String trace = http.response().headers().get(RequestIds.TRACE);
        stages.stream().filter(usage -> !usage.isCached()).forEach(usage -> meters.count(usage, trace));
        name(stages.stream().map(usage -> usage.served().hop()));
    }

    /** The head of a stream may be gone: its heart beats while its plan waits for somebody. */
    private void name(Stream<Hop> hops) {
        if (!http.response().headWritten()) {
            http.response().putHeader(RequestIds.RELEASES,
                    hops.map(hop -> hop.release().toString()).distinct().collect(Collectors.joining(", ")));
        }
    }

    /** Answers with a file; completes when the client has it, or has gone. */
    Future<Void> reply(String type, ByteString file) {
        http.response().putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(file.size()));
        delivery.write(Buffer.buffer(file.toByteArray()));
        return delivery.end().otherwiseEmpty();
    }

    /** Answers with JSON; completes when the client has it, or has gone. */
    Future<Void> reply(ObjectNode json) {
        List<Buffer> pieces = Json.writePieces("", json, "");
        long length = pieces.stream().mapToLong(Buffer::length).sum();
        http.response().putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(length));
        pieces.forEach(delivery::write);
        return delivery.end().otherwiseEmpty();
    }
}
