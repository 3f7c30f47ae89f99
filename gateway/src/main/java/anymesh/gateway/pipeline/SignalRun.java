// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.OutputPath;
import anymesh.gateway.routing.PictureSize;
import anymesh.gateway.routing.RoutePlan;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Equations 4 and 5 of one signal. What fails on its path may be made by others, each medium as a whole. */
final class SignalRun {
    private static final Logger log = LoggerFactory.getLogger(SignalRun.class);

    /** Who is told what becomes of the media, by the index of their part. */
    interface Listener {
        void onProgress(int part, DenoisingProgress progress);

        void onSpent(StageUsage usage);

        void onMade(int part, Modality modality, Generated generated);

        /** At once: other media of the signal may still be under way. */
        void onFailure(Throwable error);
    }

    private final Steps steps;
    private final GenerationRequest request;
    private final RoutePlan plan;
    private final OutputPath path;
    private final SignalStates signal;
    private final CallContext call;
    private final Listener listener;
    private final String trial;
    private Runnable ended = () -> {};

    /** The signal stays the caller's, which must keep it until all is drawn. */
    SignalRun(Steps steps, GenerationRequest request, RoutePlan plan, OutputPath path, SignalStates signal,
            CallContext call, Listener listener) {
        this.steps = steps;
        this.request = request;
        this.plan = plan;
        this.path = path;
        this.signal = signal;
        this.call = call;
        this.listener = listener;
        this.trial = plan.trial(signal.modality());
    }

    /** Makes a medium for each of the parts; {@code number} is the first one's place among the answer's media. */
    Future<Void> draw(List<Integer> parts, int number) {
        var limited = limited();
        var watch = new Stopwatch();
        var condition = project(path, limited);
        return condition.transform(projected -> Future.join(IntStream.range(0, parts.size())
                .mapToObj(copy -> draw(projected, number + copy, parts.get(copy), copy == 0, watch, limited))
                .toList()))
                .onComplete(_ -> {
                    condition.onSuccess(projected -> projected.batch().close());
                    ended.run();
                })
                .mapEmpty();
    }

    private Future<Condition> project(OutputPath by, CallContext within) {
        return steps.projectOutput().run(signal.retain(), by.projector(), within)
                .onSuccess(condition -> listener.onSpent(condition.usage()));
    }

    private Future<Generated> draw(AsyncResult<Condition> condition, int place, int part, boolean isFirst,
            Stopwatch watch, CallContext within) {
        var drawn = condition.failed()
                ? Future.<Generated>failedFuture(condition.cause())
                : drawFirst(condition.result(), place, part, watch, within)
                        .onSuccess(generated -> shadow(generated, isFirst));
        return drawn.onSuccess(generated -> watch.made(generated.media()))
                .onSuccess(_ -> observe(watch, null))
                .recover(error -> again(error, place, part, watch))
                .compose(this::scaled)
                .onSuccess(generated -> listener.onMade(part, signal.modality(), generated))
                .onFailure(listener::onFailure);
    }

    private Future<Generated> drawFirst(Condition condition, int place, int part, Stopwatch watch,
            CallContext within) {
        var asked = GenerateStep.request(path.generator(), place, request.media(), request.isGathered());
        steps.tap().enters(new GeneratorInput(condition.batch(), asked, path.generator().release(), request.words(),
                call.requestId(), plan.draw()));
        return draw(condition, asked, part, path, watch, within);
    }

    private Future<Generated> draw(Condition condition, GeneratorRequest asked, int part, OutputPath by,
            Stopwatch watch, CallContext within) {
        return steps.generate().run(condition.batch().retain(), asked, by.generator(), within, progress -> {
            watch.progressed();
            listener.onProgress(part, progress);
        });
    }

    /** What the caller is at fault for fails with the releases that stand too, and says nothing of those on trial. */
    private Future<Generated> again(Throwable error, int place, int part, Stopwatch watch) {
        if (call.isDone()) {
            return Future.failedFuture(error);
        }
        boolean isCallers = error instanceof InvalidInput;
        if (!isCallers) {
            observe(watch, error);
        }
        return steps.router().instead(plan, signal.modality(), path, request.media().needs(), call)
                .compose(other -> other.isEmpty()
                        ? Future.failedFuture(error)
                        : again(error, place, part, other.get()).onSuccess(_ -> {
                            if (isCallers) {
                                observe(watch, error);
                            }
                        }));
    }

    private Future<Generated> again(Throwable error, int place, int part, OutputPath other) {
        log.info("requestId={} release={} made instead of {}, which failed: {}", call.requestId(),
                other.generator().release(), path.generator().release(), error.toString());
        var asked = GenerateStep.request(other.generator(), place, request.media(), request.isGathered());
        return project(other, call)
                .compose(condition -> draw(condition, asked, part, other, new Stopwatch(), call)
                        .onComplete(_ -> condition.batch().close()));
    }

    /** A release on trial may not take all the time that the request has. */
    private CallContext limited() {
        if (!path.isOnTrial()) {
            return call;
        }
        var part = call.part(call.traceparent());
        var link = call.onCancel(part::cancel);
        var vertx = Objects.requireNonNull(Vertx.currentContext()).owner();
        long most = Math.min(steps.trials().patience(signal.modality()).toMillis(), call.remaining().toMillis() / 2);
        long timer = vertx.setTimer(Math.max(1, most), _ -> part.cancel());
        ended = () -> {
            vertx.cancelTimer(timer);
            link.close();
        };
        return part;
    }

    private void observe(Stopwatch watch, @Nullable Throwable error) {
        if (!trial.isEmpty()) {
            steps.trials().ended(watch.ended(signal.modality(), trial, path.isOnTrial(), false, error));
        }
    }

    private void shadow(Generated generated, boolean isFirst) {
        if (isFirst && !trial.isEmpty()) {
            steps.router().shadow(plan, signal.modality(), path, request.media().needs())
                    .ifPresent(other -> steps.shadows().make(signal.retain(), generated.media(), request.media(),
                            request.words(), path, other, call));
        }
    }

    private Future<Generated> scaled(Generated generated) {
        String asked = request.media().size();
        if (asked == null || signal.modality() != Modality.IMAGE
                || generated.usage().served().hop().sizes().contains(asked)) {
            return Future.succeededFuture(generated);
        }
        return steps.scale().run(generated.media(), PictureSize.of(asked),
                request.media().mimeTypes().get(signal.modality()), request.media().quality(), call)
                .map(generated::with);
    }
}
