// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.forecast.Patience;
import anymesh.gateway.forecast.Task;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

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
    private final PerceiveStep perceive;
    private final MediaCache cache;
    private final Steps steps;

    /**
     * {@code trials} is told of what is made while a release is on trial, {@code tap} of what is to be made. The cache becomes this
     * pipeline's.
     */
    public GenerationPipeline(StageClient client, StageRouter router, Trials trials, GeneratorTap tap, MediaCache cache,
            WireMemory memory) {
        this.cache = cache;
        perceive = new PerceiveStep(client, cache, memory);
        steps = Steps.of(client, router, trials, tap);
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
        return steps.forecasts().within(tasks(request, n, plan), patience, !request.required().isEmpty(),
                entered -> perceive(request, plan, call).compose(media -> {
                    var choices = new Gathering<Answer>(call, _ -> {});
                    var shares = IntStream.range(0, n)
                            .mapToObj(i -> i == 0 ? media : media.stream().map(Projected::share).toList())
                            .toList(); // before the first of them gives its own back
                    var thinking = new AtomicInteger(n);
                    for (int i = 0; i < n; i++) {
                        int choice = i;
                        choices.add(new ChoiceRun(steps, request.choice(i), plan, call, held,
                                event -> events.on(choice, event), isRehearsal, choices::fail)
                                .think(shares.get(i), () -> {
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
        steps.shadows().close();
        cache.close();
    }

    private Future<List<Projected>> perceive(GenerationRequest request, RoutePlan plan, CallContext call) {
        var perceived = new Gathering<Projected>(call, projected -> projected.batch().close());
        plan.inputs().forEach((modality, path) -> perceived.add(perceive.run(request.mediaOf(modality), path, call)));
        return perceived.all();
    }
}
