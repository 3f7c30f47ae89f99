// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.NoInstance;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.StageUnavailable;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The instances of one service in a snapshot, and why there may be none to use. */
record Candidates(String service, List<StageInstance> instances) {

    static Candidates of(List<StageInstance> snapshot, String service) {
        return new Candidates(service, snapshot.stream()
                .filter(instance -> instance.service().equals(service))
                .sorted(Comparator.comparing(StageInstance::id))
                .toList());
    }

    /**
     * Those that serve and satisfy {@code fit}, rotated so that successive tickets start at successive instances.
     * Empty only if serving instances exist and none of them, nor any that is still loading, may fit: what was asked
     * for is not there to wait for.
     */
    List<StageInstance> serving(Predicate<StageInstance> fit, long ticket) {
        var fitting = instances.stream().filter(i -> i.state() == StageState.SERVING).filter(fit).toList();
        if (!fitting.isEmpty()) {
            return rotate(fitting, ticket);
        }
        MeshException reason = whyNoneServes(fit);
        if (reason != null) {
            throw new NoInstance(service, reason);
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

    private static List<StageInstance> rotate(List<StageInstance> list, long ticket) {
        int start = Math.floorMod(ticket, list.size());
        return Stream.concat(list.stream().skip(start), list.stream().limit(start)).toList();
    }

    static Predicate<StageInstance> handles(Modality modality) {
        return instance -> instance.description().getCapabilitiesList().stream()
                .anyMatch(capability -> capability.getModality() == modality);
    }

    static Set<String> accepts(StageInstance instance, Modality modality) {
        return spaces(instance, modality, Capability::getAcceptsList);
    }

    static Set<String> produces(StageInstance instance, Modality modality) {
        return spaces(instance, modality, Capability::getProducesList);
    }

    /** Those that an encoder produces as joint embeddings. */
    static Set<String> joint(StageInstance encoder, Modality modality) {
        return spaces(encoder, modality, Capability::getJointList);
    }

    private static Set<String> spaces(StageInstance instance, Modality modality,
            Function<Capability, Collection<String>> side) {
        return instance.description().getCapabilitiesList().stream()
                .filter(capability -> capability.getModality() == modality)
                .flatMap(capability -> side.apply(capability).stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
