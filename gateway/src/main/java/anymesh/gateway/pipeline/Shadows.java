// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.OutputPath;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes outputs a second time, to be compared and never sent. No caller waits for one, and few are made at once: what comes
 * meanwhile is not made again.
 */
final class Shadows implements AutoCloseable {
    private static final int MOST = 2;
    private static final Duration TIME = Duration.ofMinutes(2);

    private final ProjectOutputStep project;
    private final GenerateStep generate;
    private final Trials trials;
    private final Set<CallContext> underWay = ConcurrentHashMap.newKeySet();

    Shadows(ProjectOutputStep project, GenerateStep generate, Trials trials) {
        this.project = project;
        this.generate = generate;
        this.trials = trials;
    }

    /** Makes on {@code other} what was made on {@code path}; one of them is on trial. Takes over the signal. */
    void make(SignalStates signal, GeneratedMedia made, MediaOptions options, String words, OutputPath path,
            OutputPath other, CallContext caller) {
        var call = CallContext.start(caller.requestId() + "-shadow", caller.traceparent(), TIME);
        if (underWay.size() >= MOST || !underWay.add(call)) {
            signal.batch().close();
            return;
        }
        var modality = signal.modality();
        var trial = path.isOnTrial() ? path.trial() : other.trial();
        var watch = new Stopwatch();
        project.run(signal, other.projector(), call)
                .compose(condition -> generate.run(condition.batch(),
                        GenerateStep.request(other.generator(), 0, options.withOneOf(made.getSeed()), true),
                        other.generator(), call, _ -> watch.progressed()))
                .onComplete(_ -> underWay.remove(call))
                .onSuccess(shadow -> watch.made(shadow.media()))
                .onSuccess(shadow -> trials.both(other.isOnTrial()
                        ? new Twins(modality, trial, false, words, made, shadow.media())
                        : new Twins(modality, trial, false, words, shadow.media(), made)))
                .transform(shadow -> {
                    if (!call.isCancelled()) {
                        trials.ended(watch.ended(modality, trial, other.isOnTrial(), true, shadow.cause()));
                    }
                    return Future.succeededFuture();
                });
    }

    /** Ends those that are under way. */
    @Override
    public void close() {
        underWay.forEach(CallContext::cancel);
    }
}
