// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.Attempted;
import anymesh.gateway.pipeline.Trials;
import anymesh.gateway.pipeline.Twins;
import anymesh.v1.Modality;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this gateway sees of the swaps that go on. */
final class TrialLog implements Trials {
    private static final Logger log = LoggerFactory.getLogger(TrialLog.class);
    /** While it is not known how long the incumbent takes. */
    private static final Duration UNKNOWN = Duration.ofSeconds(30);
    private static final long LEAST_MILLIS = 5_000;
    private static final double TIMES = 5;

    /** A swap, at this step of it. */
    private record Trial(Swap swap, Observations observations) {}

    private final Quality quality;
    private final Map<Modality, Trial> trials = new ConcurrentHashMap<>();

    TrialLog(Quality quality) {
        this.quality = quality;
    }

    /** These are the swaps of the moment. */
    void follow(List<Swap> swaps) {
        for (var swap : swaps) {
            trials.compute(swap.modality(), (_, before) -> trial(swap, before));
        }
    }

    private static @Nullable Trial trial(Swap swap, @Nullable Trial before) {
        if (swap.isOver()) {
            return null;
        }
        if (before == null || !before.swap().id().equals(swap.id())) {
            return new Trial(swap, new Observations(swap.options().limits()));
        }
        if (!before.swap().place().equals(swap.place())) {
            before.observations().restart();
        }
        return new Trial(swap, before.observations());
    }

    @Override
    public Duration patience(Modality modality) {
        var trial = trials.get(modality);
        double usual = trial == null ? 0 : trial.observations().usual();
        return usual == 0 ? UNKNOWN : Duration.ofMillis((long) Math.max(LEAST_MILLIS, usual * TIMES));
    }

    @Override
    public void ended(Attempted attempted) {
        var trial = of(attempted.modality(), attempted.trial());
        if (trial != null) {
            trial.observations().see(attempted);
        }
    }

    @Override
    public void both(Twins twins) {
        var trial = of(twins.modality(), twins.trial());
        if (trial != null) {
            quality.judge(twins)
                    .onSuccess(found -> trial.observations().quality(found.incumbent(), found.candidate(),
                            twins.isGolden()))
                    .onFailure(e -> log.warn("swap={} an output could not be judged: {}", twins.trial(),
                            String.valueOf(e.getMessage())));
        }
    }

    private @Nullable Trial of(Modality modality, String id) {
        var trial = trials.get(modality);
        return trial != null && trial.swap().id().equals(id) ? trial : null;
    }

    /** Who is told of each swap that goes on, and what was seen of it here. */
    interface Reader {
        void read(Swap swap, Evidence evidence);
    }

    void read(Reader reader) {
        trials.values().forEach(trial -> reader.read(trial.swap(), trial.observations().evidence()));
    }
}
