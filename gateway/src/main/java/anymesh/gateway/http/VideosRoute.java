// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.JobRequest;
import anymesh.gateway.jobs.JobState;
import anymesh.gateway.jobs.JobStore;
import anymesh.gateway.jobs.Jobs;
import anymesh.gateway.jobs.NewJob;
import anymesh.gateway.jobs.Seconds;
import anymesh.gateway.jobs.StoredMedium;
import anymesh.gateway.jobs.Variant;
import anymesh.gateway.jobs.VideoJob;
import anymesh.gateway.jobs.VideoOrder;
import anymesh.gateway.jobs.VideoRequests;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.Modality;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code /v1/videos} and what is below it: films that are made while their client goes away and comes back. */
final class VideosRoute {
    static final String PATH = "/v1/videos";
    private static final String ID = "id";
    private static final String POLL_AFTER = "openai-poll-after-ms";
    private static final String POLL_MILLIS = "500";
    private static final int MAX_NAME = 255;
    private static final int MAX_PAGE = 100;
    private static final int PAGE = 20;

    private final Generations generations;
    private final StageRouter router;
    private final Jobs jobs;
    private final VideoContent content;

    VideosRoute(Generations generations, StageRouter router, Jobs jobs) {
        this.generations = generations;
        this.router = router;
        this.jobs = jobs;
        content = new VideoContent(jobs.media());
    }

    /** A medium that a job is made from, on its way into the store. */
    private record Attached(Modality modality, ByteString bytes, String param) {}

    void create(RoutingContext http) {
        requireOn();
        long arrived = System.nanoTime();
        generations.serve(http, VideoRequest::read, (request, exchange) -> {
            var picture = request.reference();
            var attached = picture == null
                    ? null
                    : new Attached(Modality.IMAGE, picture, VideoRequest.REFERENCE);
            var model = request.model();
            return plan(new RouteNeeds(model, inputs(attached), Map.of(Modality.VIDEO, "model"), request.key()),
                    request.order("", null), exchange).compose(planned -> {
                        checkSeconds(request.seconds(), planned.seconds());
                        return accept(request.order(model == null ? planned.model() : model, null), attached,
                                planned, made(exchange, request.print(), arrived), exchange);
                    });
        });
    }

    void remix(RoutingContext http) {
        requireOn();
        long arrived = System.nanoTime();
        generations.serve(http, body -> {
            String prompt = VideoRequest.prompt(body);
            FieldRules.remixes().check(body);
            return prompt;
        }, (prompt, exchange) -> find(http).compose(old -> film(old).compose(film -> {
            var before = old.order();
            var attached = new Attached(Modality.VIDEO, film, ID);
            var order = new VideoOrder(before.model(), prompt, before.seed(), before.size(), before.steps(),
                    before.guidanceScale(), null, new VideoOrder.Remixed(old.id(), before.prompt()), before.key());
            return plan(new RouteNeeds(before.model(), inputs(attached), Map.of(Modality.VIDEO, "model"),
                    before.key()), order, exchange)
                    .compose(planned -> accept(order, attached, planned,
                            made(exchange, "remix\0" + old.id() + "\0" + prompt, arrived), exchange));
        })));
    }

    private Future<ByteString> film(VideoJob job) {
        var medium = job.media().get(Variant.VIDEO);
        if (job.state() != JobState.COMPLETED || medium == null) {
            return Future.failedFuture(new InvalidInput("Only a video that is completed can be remixed; this one is "
                    + job.state() + ".", ID, "video_not_ready"));
        }
        return jobs.media().read(medium.name(), medium.bytes());
    }

    private static Map<Modality, String> inputs(@Nullable Attached attached) {
        return attached == null ? Map.of() : Map.of(attached.modality(), attached.param());
    }

    /** Who would make it now: whether it can be made at all is said before it is accepted. */
    private record Planned(String model, Hop generator, float seconds) {}

    private Future<Planned> plan(RouteNeeds needs, VideoOrder order, Exchange exchange) {
        return router.plan(needs, Modality.VIDEO, VideoRequests.options(order).needs(), exchange.call()).map(plan -> {
            var generator = Objects.requireNonNull(plan.outputs().get(Modality.VIDEO)).generator();
            return new Planned(plan.backbone().release().bundle(), generator, router.seconds(generator));
        });
    }

    private static void checkSeconds(@Nullable String asked, float there) {
        if (asked == null) {
            return;
        }
        String made = Seconds.text(there);
        if (!Seconds.text(Float.parseFloat(asked)).equals(made)) {
            throw new InvalidInput("Invalid 'seconds': '%s' is not supported; expected %s.".formatted(asked,
                    there == 0
                            ? "it to be left out, as the model says of no length that it has"
                            : "'" + made + "', which is how long the films of this model are"),
                    "seconds");
        }
    }

    private Future<?> accept(VideoOrder order, @Nullable Attached attached, Planned planned, JobRequest request,
            Exchange exchange) {
        var id = NewJob.newId();
        return attach(id, order, attached).compose(whole -> {
            if (exchange.call().isDone()) {
                // Its client has gone, and may be asking again elsewhere.
                return Future.failedFuture(exchange.call().ended());
            }
            var size = order.size() != null
                    ? order.size()
                    : planned.generator().sizes().stream().findFirst().orElse("auto");
            return jobs
                    .create(new NewJob(id, exchange.spending().caller().name(), whole, size,
                            Seconds.text(planned.seconds()), exchange.call().traceparent()), request)
                    .onSuccess(accepted -> drop(accepted, whole));
        }).compose(accepted -> exchange.reply(VideoJson.of(accepted.job())));
    }

    /** Before its job is there, so that nobody runs it without. */
    private Future<VideoOrder> attach(String id, VideoOrder order, @Nullable Attached attached) {
        if (attached == null) {
            return Future.succeededFuture(order);
        }
        var file = new StoredMedium(id + "/input", "application/octet-stream", attached.bytes().size());
        return jobs.media().put(file.name(), attached.bytes()).map(_ -> order
                .with(new VideoOrder.Reference(attached.modality(), file, attached.param())));
    }

    private void drop(JobStore.Accepted accepted, VideoOrder order) {
        var reference = order.reference();
        if (!accepted.isNew() && reference != null) {
            jobs.media().delete(reference.file().name());
        }
    }

    /** Whether a request was made before is known by its name, or by what it says where a client says that it was. */
    private static JobRequest made(Exchange exchange, String print, long arrived) {
        var headers = exchange.http().request().headers();
        var key = exchange.spending().caller();
        String caller = key.isAnyone() ? headers.get(HttpHeaders.AUTHORIZATION) : key.name();
        String name = headers.get("idempotency-key");
        if (name == null) {
            String retries = headers.get("x-stainless-retry-count");
            return JobRequest.unnamed(String.valueOf(caller), print, retries != null && !retries.equals("0"),
                    arrived);
        }
        if (name.isBlank() || name.length() > MAX_NAME) {
            throw new InvalidInput("Invalid 'Idempotency-Key': expected 1 to " + MAX_NAME + " characters.",
                    "Idempotency-Key");
        }
        return JobRequest.named(String.valueOf(caller), name, print);
    }

    void get(RoutingContext http) {
        answer(http, find(http).map(job -> {
            if (job.state() == JobState.QUEUED || job.state() == JobState.IN_PROGRESS) {
                http.response().putHeader(POLL_AFTER, POLL_MILLIS);
            }
            return VideoJson.of(job);
        }));
    }

    void list(RoutingContext http) {
        var query = ListQuery.of(http.request(), PAGE, MAX_PAGE);
        answer(http, jobs.list(Callers.whose(http), query.after(), query.limit(), query.isOldestFirst())
                .map(VideoJson::of));
    }

    void delete(RoutingContext http) {
        var id = id(http);
        answer(http,
                jobs.delete(id, Callers.whose(http))
                        .map(found -> VideoJson.deleted(found.orElseThrow(() -> unknown(id)))));
    }

    void content(RoutingContext http) {
        requireOn();
        generations.serve(http, exchange -> find(http).compose(job -> content.send(job, exchange)));
    }

    private Future<VideoJob> find(RoutingContext http) {
        var id = id(http);
        return jobs.get(id, Callers.whose(http)).map(found -> found.orElseThrow(() -> unknown(id)));
    }

    private static String id(RoutingContext http) {
        return String.valueOf(http.pathParam(ID));
    }

    private static HttpRefusal unknown(String id) {
        return new HttpRefusal(404, "There is no video '" + Fields.abbreviated(id) + "'.");
    }

    /** What needs no body, and holds nothing. */
    private void answer(RoutingContext http, Future<ObjectNode> json) {
        requireOn();
        Json.replyWith(http.response(), json);
    }

    private void requireOn() {
        if (!jobs.isOn()) {
            throw new HttpRefusal(404,
                    "No videos are made as jobs here: jobs.kind is NONE in this gateway's configuration.");
        }
    }
}
