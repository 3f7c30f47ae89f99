// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.InstanceLoad;
import anymesh.gateway.routing.Hop;
import anymesh.gateway.telemetry.ReleaseTags;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What the gateway counts of its calls to stages: what was done again, who was ejected, and who has how much to do. */
final class StageMeters {
    private static final String REPEATED = "repeated";
    private static final String RESUMED = "resumed";
    private static final String REFUSED = "refused";
    private static final List<String> KINDS = List.of(REPEATED, RESUMED, REFUSED);

    private final MeterRegistry meters;
    private final MultiGauge outstanding;
    private final MultiGauge utilisation;
    private final MultiGauge ejected;

    StageMeters(MeterRegistry meters) {
        this.meters = meters;
        this.outstanding = MultiGauge.builder("anymesh.gateway.instance.outstanding")
                .description("rows given to an instance by this gateway and not done").register(meters);
        this.utilisation = MultiGauge.builder("anymesh.gateway.instance.utilisation")
                .description("outstanding rows as a share of those that the instance works on at once")
                .register(meters);
        this.ejected = MultiGauge.builder("anymesh.gateway.instance.ejected")
                .description("1 while the instance gets no work because it failed").register(meters);
    }

    void repeated(Hop hop) {
        again(hop, REPEATED);
    }

    void resumed(Hop hop) {
        again(hop, RESUMED);
    }

    /** The budget was used up. */
    void refusedRetry(Hop hop) {
        again(hop, REFUSED);
    }

    private void again(Hop hop, String kind) {
        retries(hop.release(), kind).increment();
    }

    void ejected(StageInstance instance) {
        ejections(instance.release()).increment();
    }

    private Counter retries(Release release, String kind) {
        return Counter.builder("anymesh.gateway.retries").description("steps done again elsewhere, by how they were")
                .tags(ReleaseTags.of(release)).tag("kind", kind).register(meters);
    }

    private Counter ejections(Release release) {
        return Counter.builder("anymesh.gateway.ejections")
                .description("instances that got no more work because they failed")
                .tags(ReleaseTags.of(release)).register(meters);
    }

    /** Instances come and go, and so must their series. */
    void measure(List<InstanceLoad> loads) {
        loads.stream().map(load -> load.instance().release()).filter(StageMeters::isKnown).distinct()
                .forEach(release -> {
                    KINDS.forEach(kind -> retries(release, kind)); // from zero, or the first would be no increase
                    ejections(release);
                });
        outstanding.register(rows(loads, InstanceLoad::outstanding), true);
        utilisation.register(rows(loads, load -> (double) load.outstanding() / load.capacity()), true);
        ejected.register(rows(loads, load -> load.ejected() ? 1 : 0), true);
    }

    /** One that loads has not said yet what it is. */
    private static boolean isKnown(Release release) {
        return !release.bundle().isEmpty();
    }

    private static List<Row<?>> rows(List<InstanceLoad> loads, ToDoubleFunction<InstanceLoad> value) {
        return loads.stream().<Row<?>>map(load -> Row.of(
                ReleaseTags.of(load.instance().release()).and("stage_instance", load.instance().id()),
                value.applyAsDouble(load))).toList();
    }
}
