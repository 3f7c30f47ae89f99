// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.NoInstance;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Modality;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.StageUnavailable;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The instances of one service that may take a step of a modality, and why there may be none to use. */
record Candidates(String service, Modality modality, Share share, List<StageInstance> instances) {

    static Candidates of(List<StageInstance> snapshot, String service, Modality modality, Share share) {
        return new Candidates(service, modality, share, snapshot.stream()
                .filter(instance -> instance.service().equals(service) && share.allows(instance))
                .sorted(Comparator.comparing(StageInstance::id))
                .toList());
    }

    /** The hops through those that serve and handle the modality; see below. */
    List<Hop> serving(Draw draw) {
        return serving(this::handles, draw);
    }

    /**
     * The hops through those that serve and satisfy {@code fit}, the first one by lot: each release is as likely as it has
     * instances. Empty only if serving instances exist and none of them, nor any that is still loading, may fit: what was
     * asked for is not there to wait for.
     */
    List<Hop> serving(Predicate<StageInstance> fit, Draw draw) {
        var fitting = instances.stream().filter(i -> i.state() == StageState.SERVING).filter(fit).toList();
        if (!fitting.isEmpty()) {
            int first = (int) (draw.lot(service + "/" + modality) * fitting.size());
            return Stream.concat(fitting.stream().skip(first), fitting.stream().limit(first))
                    .map(instance -> Hop.of(modality, instance)).distinct().toList();
        }
        MeshException reason = whyNoneServes(fit);
        if (reason != null) {
            throw new NoInstance(service, share.named(service), reason);
        }
        return List.of();
    }

    private @Nullable MeshException whyNoneServes(Predicate<StageInstance> fit) {
        // What a loading instance will serve may not be known yet, so it counts as one that fits.
        if (instances.stream().anyMatch(i -> isStarting(i) && (fit.test(i) || isUndescribed(i)))) {
            return new ModelNotReady(service + " is still loading");
        }
        boolean gone = instances.stream().noneMatch(i -> i.state() == StageState.SERVING)
                || instances.stream().anyMatch(fit);
        return gone ? new StageUnavailable("no instance of " + service + " is serving") : null;
    }

    private static boolean isStarting(StageInstance instance) {
        return instance.state() == StageState.LOADING || instance.state() == StageState.WARMING;
    }

    private static boolean isUndescribed(StageInstance instance) {
        return instance.description().getCapabilitiesCount() == 0;
    }

    private boolean handles(StageInstance instance) {
        return instance.description().getCapabilitiesList().stream()
                .anyMatch(capability -> capability.getModality() == modality);
    }
}
