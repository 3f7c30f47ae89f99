// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.kit.catalogue.Modalities;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;

/** The swaps that go on, as this gateway sees them; nothing is told of those that are over. */
final class SwapMeters {
    private final MultiGauge weight;
    private final MultiGauge outputs;
    private final MultiGauge pairs;
    private final MultiGauge loss;
    private final MultiGauge stake;

    SwapMeters(MeterRegistry meters) {
        weight = gauge("weight", "the candidate's share of the requests, in percent", meters);
        outputs = gauge("outputs", "outputs of either release in this step, by how they ended", meters);
        pairs = gauge("pairs", "outputs of both that were compared in this step", meters);
        loss = gauge("loss", "by how much the incumbent was better in this step, on average, from -1 to 1", meters);
        stake = gauge("stake", "the logarithm of what who bets on this verdict has made of 1", meters);
    }

    private static MultiGauge gauge(String name, String description, MeterRegistry meters) {
        return MultiGauge.builder("anymesh.gateway.swap." + name).description(description).register(meters);
    }

    void measure(TrialLog trials) {
        List<Row<?>> weights = new ArrayList<>();
        List<Row<?>> made = new ArrayList<>();
        List<Row<?>> seen = new ArrayList<>();
        List<Row<?>> losses = new ArrayList<>();
        List<Row<?>> stakes = new ArrayList<>();
        trials.read((swap, evidence) -> {
            var tags = Tags.of("modality", Modalities.name(swap.modality()));
            weights.add(Row.of(tags, swap.weight()));
            outputs(tags.and("release", "incumbent"), evidence.incumbent(), made);
            outputs(tags.and("release", "candidate"), evidence.candidate(), made);
            for (var measure : Measure.values()) {
                var tally = evidence.of(measure);
                var named = tags.and("measure", measure.label());
                seen.add(Row.of(named, tally.seen()));
                losses.add(Row.of(named, tally.loss()));
                stakes.add(Row.of(named.and("verdict", "worse"), Math.max(tally.worse(), tally.lately())));
                stakes.add(Row.of(named.and("verdict", "good-enough"), tally.enough()));
            }
        });
        weight.register(weights, true);
        outputs.register(made, true);
        pairs.register(seen, true);
        loss.register(losses, true);
        stake.register(stakes, true);
    }

    private static void outputs(Tags tags, Evidence.Made made, List<Row<?>> into) {
        into.add(Row.of(tags.and("outcome", "made"), made.ok()));
        into.add(Row.of(tags.and("outcome", "failed"), made.failed()));
    }
}
