// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.forecast.Forecasts;
import anymesh.gateway.forecast.Patience;
import anymesh.gateway.forecast.Task;
import anymesh.gateway.routing.OutputPath;
import anymesh.gateway.routing.PictureSize;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The path of a request, as the MM-LLM survey (arXiv 2401.13601) writes it:
 *
 * <pre>
 * (1) F_X = ME_X(I_X)      (2) P_X = Θ_X→T(F_X)      (3) t, S_X = LLM(P_X, F_T)
 * (4) H_X = Θ_T→X(S_X)     (5) X  = MG_X(H_X)
 * </pre>
 *
 * Modalities go through (1) and (2) side by side. The moment the backbone signals, (4) and (5) begin for that signal
 * while (3) writes on. The first failure anywhere cancels all the rest. To be called on a Vert.x context, on which events
 * and the result arrive.
 */
public final class GenerationPipeline implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GenerationPipeline.class);

    /** More media than any answer should hold: an answer is kept in memory until it is complete. */
    private static final int MAX_MEDIA = 32;
    /** About what one log probability takes in memory, as a message with its bytes. */
    private static final long LOGPROB_BYTES = 128;

    private final StageRouter router;
    private final PerceiveStep perceive;
    private final MediaCache cache;
    private final ReasonStep reason;
    private final ProjectOutputStep projectOutput;
    private final GenerateStep generate;
    private final SoundtrackStep soundtrack = new SoundtrackStep();
    private final ScaleStep scale = new ScaleStep();
    private final Forecasts forecasts;
    private final Trials trials;
    private final GeneratorTap tap;
    private final Shadows shadows;

    /**
     * {@code trials} is told of what is made while a release is on trial, {@code tap} of what is to be made. The cache becomes this
     * pipeline's.
     */
    public GenerationPipeline(StageClient client, StageRouter router, Trials trials, GeneratorTap tap, MediaCache cache,
            WireMemory memory) {
        this.router = router;
        this.trials = trials;
        this.tap = tap;
        forecasts = new Forecasts(client::loads);
        this.cache = cache;
        perceive = new PerceiveStep(client, cache, memory);
        reason = new ReasonStep(client, forecasts);
        projectOutput = new ProjectOutputStep(client);
        generate = new GenerateStep(client, forecasts);
        shadows = new Shadows(projectOutput, generate, trials);
    }

    /**
     * Answers a request along {@code plan}; cancelling {@code call} cancels every stage at work on it. It is refused with
     * {@code Overloaded} before anybody works on it, if others will keep it from being done in its time.
     *
     * @param held is told of the bytes of what is made as soon as they are held; of some, negatively, that they are no more
     */
    public Future<Answer> answer(GenerationRequest request, RoutePlan plan, CallContext call, LongConsumer held,
            Consumer<AnswerEvent> events) {
        return answers(request, 1, plan, Patience.until(call.remaining()), call, held,
                (_, event) -> events.accept(event))
                .map(answers -> answers.choices().getFirst());
    }

    /**
     * Answers a request {@code n} times over, each time with a seed of its own ({@link GenerationRequest#choice}). What it
     * brings is encoded and projected once. The choices are made side by side, and if one fails, all do.
     */
    public Future<Answers> answers(GenerationRequest request, int n, RoutePlan plan, Patience patience,
            CallContext call, LongConsumer held, ChoiceListener events) {
        return answers(request, n, plan, patience, call, held, events, false);
    }

    /** The same for no caller, as of a golden prompt: it is not tapped nor refused, and nobody counts what is held. */
    public Future<Answer> rehearse(GenerationRequest request, RoutePlan plan, CallContext call,
            Consumer<AnswerEvent> events) {
        return answers(request, 1, plan, Patience.ENDLESS, call, _ -> {}, (_, event) -> events.accept(event), true)
                .map(answers -> answers.choices().getFirst());
    }

    private Future<Answers> answers(GenerationRequest request, int n, RoutePlan plan, Patience patience,
            CallContext call, LongConsumer held, ChoiceListener events, boolean isRehearsal) {
        return forecasts.within(tasks(request, n, plan), patience, !request.required().isEmpty(),
                entered -> perceive(request, plan, call).compose(media -> {
                    var choices = new Gathering<Answer>(call, _ -> {});
                    var shares = IntStream.range(0, n)
                            .mapToObj(i -> i == 0 ? media : media.stream().map(Projected::share).toList())
                            .toList(); // before the first of them gives its own back
                    var thinking = new AtomicInteger(n);
                    for (int i = 0; i < n; i++) {
                        int choice = i;
                        choices.add(new Run(request.choice(i), plan, call, held, event -> events.on(choice, event),
                                isRehearsal, choices::fail).think(shares.get(i), () -> {
                                    if (thinking.decrementAndGet() == 0) {
                                        entered.ended(plan.backbone());
                                    }
                                }));
                    }
                    return choices.all().map(Answers::new);
                }))
                .onFailure(_ -> call.cancel());
    }

    /** What a request of {@code n} choices takes, as far as it is known what it asks for. */
    private static List<Task> tasks(GenerationRequest request, int n, RoutePlan plan) {
        var tasks = new ArrayList<Task>();
        tasks.add(Task.answers(plan.backbone(), n));
        plan.outputs().forEach((modality, path) -> {
            int count = n * Collections.frequency(request.required(), modality) * request.media().copies();
            if (count > 0) {
                tasks.add(GenerateStep.task(path.generator(), count, request.media()));
            }
        });
        return tasks;
    }

    /** Ends what nobody waits for. */
    @Override
    public void close() {
        shadows.close();
        cache.close();
    }

    private Future<List<Projected>> perceive(GenerationRequest request, RoutePlan plan, CallContext call) {
        var perceived = new Gathering<Projected>(call, projected -> projected.batch().close());
        plan.inputs().forEach((modality, path) -> perceived.add(perceive.run(request.mediaOf(modality), path, call)));
        return perceived.all();
    }

    /** Equations 3 to 5 of one request. */
    private final class Run implements ReasonStep.Listener {
        private final GenerationRequest request;
        private RoutePlan plan;
        private final CallContext call;
        private final LongConsumer held;
        private final boolean isRehearsal;
        private final Consumer<Throwable> failed;
        private final AnswerAssembly answer;
        private final Gathering<Void> expressed;
        /** Films that wait for a sound, by the index of their part. */
        private final SortedMap<Integer, Generated> films = new TreeMap<>();

        /** {@code failed} is told at once of what will fail the request. */
        Run(GenerationRequest request, RoutePlan plan, CallContext call, LongConsumer held,
                Consumer<AnswerEvent> events, boolean isRehearsal, Consumer<Throwable> failed) {
            this.request = request;
            this.plan = plan;
            this.call = call;
            this.held = held;
            this.isRehearsal = isRehearsal;
            this.failed = failed;
            answer = new AnswerAssembly(events);
            expressed = new Gathering<>(failed, _ -> {});
        }

        Future<Answer> think(List<Projected> media, Runnable thought) {
            media.forEach(projected -> projected.usages().forEach(answer::spent));
            return reason
                    .run(Prompt.of(request.messages(), media, plan.backbone().callsTools()), request, plan.backbone(),
                            call, this)
                    .onComplete(_ -> thought.run())
                    .onSuccess(reasoned -> answer.spent(reasoned.usage()))
                    .onFailure(expressed::fail)
                    .transform(reasoned -> expressed.all().compose(_ -> addSoundtracks())
                            .map(_ -> finish(reasoned.result())));
        }

        @Override
        public void onText(String text, List<TokenLogprob> logprobs) {
            if (!logprobs.isEmpty()) { // of a long answer they are megabytes
                held.accept(LOGPROB_BYTES * logprobs.stream().mapToLong(logprob -> 1 + logprob.getTopCount()).sum());
            }
            answer.write(text, logprobs);
        }

        @Override
        public void onCall(String name, String arguments) {
            answer.call(name, arguments);
        }

        @Override
        public void onSignal(SignalStates signal) {
            if (!request.required().isEmpty() && answer.mediaCount() >= request.required().size()) {
                signal.batch().close(); // a media route answers with what it was asked for
                return;
            }
            expressed.add(express(signal));
        }

        private Future<Void> express(SignalStates signal) {
            Future<OutputPath> path = answer.mediaCount() < MAX_MEDIA
                    ? path(signal.modality())
                    : Future.failedFuture(
                            new InferenceFailed("the backbone asked for more than " + MAX_MEDIA + " media"));
            if (path.failed()) {
                signal.batch().close();
                return path.mapEmpty();
            }
            int number = answer.mediaCount();
            var parts = Stream.generate(() -> answer.start(signal.modality())).limit(request.media().copies()).toList();
            if (!path.isComplete()) {
                parts.forEach(answer::waiting);
            }
            return path.compose(hops -> foreseen(hops, parts.size(),
                    () -> new Expression(signal, hops, number).draw(parts)))
                    .onComplete(_ -> signal.batch().close());
        }

        /** What the request was to have from the beginning has been let in with it. */
        private Future<Void> foreseen(OutputPath path, int count, Supplier<Future<Void>> drawing) {
            if (!request.required().isEmpty()) {
                return drawing.get();
            }
            var patience = isRehearsal ? Patience.ENDLESS : Patience.until(call.remaining());
            return forecasts.within(List.of(GenerateStep.task(path.generator(), count, request.media())), patience,
                    true,
                    _ -> drawing.get());
        }

        /** The same for all signals of a modality: no answer has media of two releases. */
        private Future<OutputPath> path(Modality modality) {
            return router.output(plan, modality, request.media().needs(), call).map(found -> {
                plan = plan.with(modality, found);
                return Objects.requireNonNull(plan.outputs().get(modality));
            });
        }

        /** Equations 4 and 5 of one signal. What fails on its path may be made by others, each medium as a whole. */
        private final class Expression {
            private final SignalStates signal;
            private final OutputPath path;
            private final int number;
            private final String trial;
            private Runnable ended = () -> {};

            Expression(SignalStates signal, OutputPath path, int number) {
                this.signal = signal;
                this.path = path;
                this.number = number;
                this.trial = plan.trial(signal.modality());
            }

            Future<Void> draw(List<Integer> parts) {
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
                return projectOutput.run(signal.retain(), by.projector(), within)
                        .onSuccess(condition -> answer.spent(condition.usage()));
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
                        .compose(generated -> scaled(signal.modality(), generated))
                        .onSuccess(generated -> made(signal.modality(), part, generated))
                        .onFailure(expressed::fail); // at once: the other copies are awaited before this branch fails
            }

            private Future<Generated> drawFirst(Condition condition, int place, int part, Stopwatch watch,
                    CallContext within) {
                var asked = GenerateStep.request(path.generator(), place, request.media(), request.isGathered());
                (isRehearsal ? GeneratorTap.NONE : tap).enters(
                        new GeneratorInput(condition.batch(), asked, path.generator().release(), request.words(),
                                call.requestId(), plan.draw()));
                return draw(condition, asked, part, path, watch, within);
            }

            private Future<Generated> draw(Condition condition, GeneratorRequest asked, int part, OutputPath by,
                    Stopwatch watch, CallContext within) {
                return generate.run(condition.batch().retain(), asked, by.generator(), within,
                        progress -> {
                            watch.progressed();
                            answer.progress(part, progress);
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
                return router.instead(plan, signal.modality(), path, request.media().needs(), call)
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
                return project(other, call).compose(condition -> draw(condition, asked, part, other, new Stopwatch(),
                        call).onComplete(_ -> condition.batch().close()));
            }

            /** A release on trial may not take all the time that the request has. */
            private CallContext limited() {
                if (!path.isOnTrial()) {
                    return call;
                }
                var part = call.part(call.traceparent());
                var link = call.onCancel(part::cancel);
                var vertx = Objects.requireNonNull(Vertx.currentContext()).owner();
                long most = Math.min(trials.patience(signal.modality()).toMillis(), call.remaining().toMillis() / 2);
                long timer = vertx.setTimer(Math.max(1, most), _ -> part.cancel());
                ended = () -> {
                    vertx.cancelTimer(timer);
                    link.close();
                };
                return part;
            }

            private void observe(Stopwatch watch, @Nullable Throwable error) {
                if (!trial.isEmpty()) {
                    trials.ended(watch.ended(signal.modality(), trial, path.isOnTrial(), false, error));
                }
            }

            private void shadow(Generated generated, boolean isFirst) {
                if (isFirst && !trial.isEmpty()) {
                    router.shadow(plan, signal.modality(), path, request.media().needs())
                            .ifPresent(other -> shadows.make(signal.retain(), generated.media(), request.media(),
                                    request.words(), path, other, call));
                }
            }
        }

        private Future<Generated> scaled(Modality modality, Generated generated) {
            String asked = request.media().size();
            if (asked == null || modality != Modality.IMAGE
                    || generated.usage().served().hop().sizes().contains(asked)) {
                return Future.succeededFuture(generated);
            }
            return scale.run(generated.media(), PictureSize.of(asked), request.media().mimeTypes().get(modality),
                    request.media().quality(), call).map(generated::with);
        }

        private void made(Modality modality, int part, Generated generated) {
            held.accept(generated.media().getData().size());
            if (request.media().soundtrack() && modality == Modality.VIDEO) {
                films.put(part, generated);
            } else {
                answer.done(part, generated);
            }
        }

        /** The first film gets the first sound, and so on; one that no sound is there for stays silent. */
        private Future<Void> addSoundtracks() {
            var nextSound = answer.made(Modality.AUDIO).iterator();
            var joined = new Gathering<Generated>(failed, _ -> {});
            films.forEach((part, film) -> joined.add((nextSound.hasNext()
                    ? addSound(film, nextSound.next())
                    : Future.succeededFuture(film)).onSuccess(done -> answer.done(part, done))));
            return joined.all().mapEmpty();
        }

        private Future<Generated> addSound(Generated film, GeneratedMedia sound) {
            long copied = (long) film.media().getData().size() + sound.getData().size();
            held.accept(copied);
            return soundtrack.run(film.media(), sound, call).onComplete(_ -> held.accept(-copied))
                    .onSuccess(joined -> held.accept(joined.getData().size())).map(film::with);
        }

        private Answer finish(Reasoned reasoned) {
            if (answer.mediaCount() < request.required().size()) {
                throw new InferenceFailed("the backbone ended without the media it was told to make");
            }
            return answer.finish(reasoned);
        }
    }
}
