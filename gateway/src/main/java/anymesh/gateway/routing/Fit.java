// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Modality;
import java.util.List;
import java.util.Set;

/** Whether releases that are to go together speak each other's spaces. */
public final class Fit {
    private Fit() {}

    /**
     * Why no signal could become media by these releases: both spaces, in a sentence; empty if it could, or if one of the
     * stages that decide it doesn't serve.
     */
    public static String misfit(Modality modality, Set<Release> together, List<StageInstance> snapshot) {
        var share = new Share(together, 1);
        var backbones = hops(ServiceKind.BACKBONE.name(), modality, Modality.TEXT, share, snapshot);
        var projectors = hops(ServiceKind.OUTPUT_PROJECTOR.name(), modality, modality, share, snapshot);
        var generators = hops(ServiceKind.generator(modality).name(), modality, modality, share, snapshot);
        if (backbones.isEmpty() || projectors.isEmpty() || generators.isEmpty()) {
            return "";
        }
        var joined = projectors.stream()
                .filter(projector -> generators.stream().anyMatch(generator -> projector.joins(generator, modality)))
                .toList();
        if (joined.isEmpty()) {
            return sentence(projectors.getFirst(), projectors.getFirst().produces(modality), generators.getFirst(),
                    generators.getFirst().accepts(modality));
        }
        return joined.stream().anyMatch(projector -> backbones.stream()
                .anyMatch(backbone -> backbone.joins(projector, modality)))
                        ? ""
                        : sentence(backbones.getFirst(), backbones.getFirst().produces(modality), joined.getFirst(),
                                joined.getFirst().accepts(modality));
    }

    private static List<Hop> hops(String service, Modality modality, Modality of, Share share,
            List<StageInstance> snapshot) {
        return snapshot.stream()
                .filter(instance -> instance.service().equals(service) && instance.state() == StageState.SERVING
                        && share.allows(instance))
                .map(instance -> Hop.of(of, instance))
                .filter(hop -> hop.handles(modality)).distinct().toList();
    }

    private static String sentence(Hop from, Set<String> made, Hop to, Set<String> taken) {
        return "%s makes %s and %s takes %s: they don't join; swap it together with what speaks its space"
                .formatted(from.release(), made, to.release(), taken);
    }
}
