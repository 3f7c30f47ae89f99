// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Makes route plans from the registry of the moment, spreading requests over equal instances in turn. */
public final class StageRouter {
    private final StageRegistry registry;
    private final AtomicLong tickets = new AtomicLong();

    public StageRouter(StageRegistry registry) {
        this.registry = registry;
    }

    /** A plan for one request; see {@link RoutePlan#of} for what it throws. */
    public RoutePlan plan(RouteNeeds needs) {
        return RoutePlan.of(needs, List.copyOf(registry.snapshot()), tickets.getAndIncrement());
    }

    /** The models that can be asked for now, by name. */
    public List<ModelCard> models() {
        var families = new TreeMap<String, List<StageInstance>>();
        for (StageInstance instance : Candidates.of(registry.snapshot(), Services.BACKBONE).instances()) {
            if (instance.state() == StageState.SERVING) {
                families.computeIfAbsent(instance.description().getBundle(), _ -> new ArrayList<>()).add(instance);
            }
        }
        return families.entrySet().stream()
                .map(family -> new ModelCard(family.getKey(), modalities(family.getValue(), Capability::getAcceptsList),
                        modalities(family.getValue(), Capability::getProducesList)))
                .toList();
    }

    private static List<Modality> modalities(List<StageInstance> backbones,
            Function<Capability, Collection<String>> spaces) {
        Set<Modality> modalities = EnumSet.of(Modality.TEXT);
        for (StageInstance backbone : backbones) {
            for (Capability capability : backbone.description().getCapabilitiesList()) {
                if (!spaces.apply(capability).isEmpty()) {
                    modalities.add(capability.getModality());
                }
            }
        }
        modalities.removeAll(Set.of(Modality.UNRECOGNIZED, Modality.MODALITY_UNSPECIFIED));
        return List.copyOf(modalities);
    }
}
