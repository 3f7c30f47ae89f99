// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.forecast.Patience;
import anymesh.gateway.routing.OutputPath;
import anymesh.gateway.routing.RoutePlan;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.TokenLogprob;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Equations 3 to 5 of one choice of a request. */
final class ChoiceRun implements ReasonStep.Listener, SignalRun.Listener {
    /** More media than any answer should hold: an answer is kept in memory until it is complete. */
    private static final int MAX_MEDIA = 32;
    /** About what one log probability takes in memory, as a message with its bytes. */
    private static final long LOGPROB_BYTES = 128;

    private final Steps steps;
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

    /**
     * A rehearsal is not tapped nor refused.
     *
     * @param failed is told at once of what will fail the request
     */
    ChoiceRun(Steps steps, GenerationRequest request, RoutePlan plan, CallContext call, LongConsumer held,
            Consumer<AnswerEvent> events, boolean isRehearsal, Consumer<Throwable> failed) {
        this.steps = isRehearsal ? steps.untapped() : steps;
        this.request = request;
        this.plan = plan;
        this.call = call;
        this.held = held;
        this.isRehearsal = isRehearsal;
        this.failed = failed;
        answer = new AnswerAssembly(events);
        expressed = new Gathering<>(failed, _ -> {});
    }

    /** {@code thought} runs when the backbone has ended, and media may still be under way. */
    Future<Answer> think(List<Projected> media, Runnable thought) {
        media.forEach(projected -> projected.usages().forEach(answer::spent));
        return steps.reason()
                .run(Prompt.of(request.messages(), media, plan.backbone().callsTools()), request, plan.backbone(), call,
                        this)
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

    @Override
    public void onProgress(int part, DenoisingProgress progress) {
        answer.progress(part, progress);
    }

    @Override
    public void onSpent(StageUsage usage) {
        answer.spent(usage);
    }

    @Override
    public void onMade(int part, Modality modality, Generated generated) {
        held.accept(generated.media().getData().size());
        if (request.media().soundtrack() && modality == Modality.VIDEO) {
            films.put(part, generated);
        } else {
            answer.done(part, generated);
        }
    }

    @Override
    public void onFailure(Throwable error) {
        expressed.fail(error);
    }

    private Future<Void> express(SignalStates signal) {
        Future<OutputPath> path = answer.mediaCount() < MAX_MEDIA
                ? path(signal.modality())
                : Future.failedFuture(new InferenceFailed("the backbone asked for more than " + MAX_MEDIA + " media"));
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
                () -> new SignalRun(steps, request, plan, hops, signal, call, this).draw(parts, number)))
                .onComplete(_ -> signal.batch().close());
    }

    /** What the request was to have from the beginning has been let in with it. */
    private Future<Void> foreseen(OutputPath path, int count, Supplier<Future<Void>> drawing) {
        if (!request.required().isEmpty()) {
            return drawing.get();
        }
        var patience = isRehearsal ? Patience.ENDLESS : Patience.until(call.remaining());
        return steps.forecasts().within(List.of(GenerateStep.task(path.generator(), count, request.media())), patience,
                true, _ -> drawing.get());
    }

    /** The same for all signals of a modality: no answer has media of two releases. */
    private Future<OutputPath> path(Modality modality) {
        return steps.router().output(plan, modality, request.media().needs(), call).map(found -> {
            plan = plan.with(modality, found);
            return Objects.requireNonNull(plan.outputs().get(modality));
        });
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
        return steps.soundtrack().run(film.media(), sound, call).onComplete(_ -> held.accept(-copied))
                .onSuccess(joined -> held.accept(joined.getData().size())).map(film::with);
    }

    private Answer finish(Reasoned reasoned) {
        if (answer.mediaCount() < request.required().size()) {
            throw new InferenceFailed("the backbone ended without the media it was told to make");
        }
        return answer.finish(reasoned);
    }
}
