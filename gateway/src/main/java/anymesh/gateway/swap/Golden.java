// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.Attempted;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.pipeline.GenerationRequest;
import anymesh.gateway.pipeline.MediaOptions;
import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.Trials;
import anymesh.gateway.pipeline.Twins;
import anymesh.gateway.routing.RouteNeeds;
import anymesh.gateway.routing.RouteTable;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.registry.Release;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import anymesh.v1.Sampling;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks golden prompts of both releases, with the same seed, as a caller would. To be called on a Vert.x context. */
final class Golden {
    private static final Duration TIME = Duration.ofMinutes(2);

    private final GenerationPipeline pipeline;
    private final StageRouter router;
    private final Trials trials;

    Golden(GenerationPipeline pipeline, StageRouter router, Trials trials) {
        this.pipeline = pipeline;
        this.router = router;
        this.trials = trials;
    }

    /** What became of one prompt: when it was made, and how soon. */
    private static final class Making {
        private final Modality modality;
        private final String trial;
        private final boolean onTrial;
        private long began = System.nanoTime();
        private double first;
        private double millis;
        private @Nullable GeneratedMedia media;

        Making(Modality modality, String trial, boolean onTrial) {
            this.modality = modality;
            this.trial = trial;
            this.onTrial = onTrial;
        }

        void accept(AnswerEvent event) {
            switch (event) {
                case AnswerEvent.MediaStarted _ -> began = System.nanoTime();
                case AnswerEvent.MediaProgress _ -> first = first == 0 ? since() : first;
                case AnswerEvent.MediaDone(_, _, GeneratedMedia made) -> {
                    millis = since();
                    media = made;
                }
                case AnswerEvent.TextWritten _,AnswerEvent.CallStarted _,AnswerEvent.CallWritten _,AnswerEvent.MediaWaiting _,AnswerEvent.MediaPreview _ -> {
                    // says nothing of the generator
                }
            }
        }

        private double since() {
            return (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
        }

        Attempted ended(@Nullable Throwable error) {
            var made = media;
            return new Attempted(modality, trial, onTrial, false, error, first == 0 ? millis : first, millis,
                    made == null ? 0 : made.getTimings().getResidentBytes());
        }
    }

    /** Has the candidate alone make one. */
    Future<Void> warm(Swap swap, String prompt, long seed) {
        return make(swap, swap.candidate(), prompt, seed, new Making(swap.modality(), swap.id(), true)).mapEmpty();
    }

    /** Has both make one, and reports both. */
    Future<Void> compare(Swap swap, String prompt, long seed) {
        boolean isFirst = seed % 2 == 0; // by turns, as the second one finds what the first one has warmed
        return observed(swap, isFirst, prompt, seed)
                .compose(one -> observed(swap, !isFirst, prompt, seed)
                        .onSuccess(two -> trials.both(new Twins(swap.modality(), swap.id(), true, prompt,
                                isFirst ? two : one, isFirst ? one : two))))
                .mapEmpty();
    }

    private Future<GeneratedMedia> observed(Swap swap, boolean onTrial, String prompt, long seed) {
        var making = new Making(swap.modality(), swap.id(), onTrial);
        return make(swap, onTrial ? swap.candidate() : swap.incumbent(), prompt, seed, making)
                .onComplete(made -> trials.ended(making.ended(made.cause())));
    }

    private Future<GeneratedMedia> make(Swap swap, Set<Release> releases, String prompt, long seed, Making making) {
        var modality = swap.modality();
        var call = CallContext.start("golden-" + swap.id(), null, TIME);
        var request = new GenerationRequest(
                List.of(new Message(Role.USER, List.of(new ModalityInput.Text(prompt)))),
                Sampling.newBuilder().setTemperature(0).setSeed(seed).build(), List.of(modality), List.of(modality),
                MediaOptions.withSeed(seed));
        return router.plan(new RouteNeeds(null, Map.of(), Map.of(modality, "modalities")), call)
                .map(plan -> plan.by(RouteTable.EMPTY)) // what is made here is reported here, and never made again
                .compose(plan -> router.through(plan, modality, releases, call)
                        .compose(path -> pipeline.rehearse(request, plan.with(modality, path), call,
                                making::accept)))
                .map(_ -> {
                    var made = making.media;
                    if (made == null) {
                        throw new InferenceFailed("nothing was made of '" + prompt + "'");
                    }
                    return made;
                });
    }
}
