// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.WaitingRoom;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes route plans from the registry of the moment, spreading requests over equal instances in turn. Where no instance
 * serves but one is expected, it waits for it.
 */
public final class StageRouter {
    private final StageRegistry registry;
    private final WaitingRoom room;
    private final AtomicLong tickets = new AtomicLong();

    public StageRouter(StageRegistry registry, WaitingRoom room) {
        this.registry = registry;
        this.room = room;
    }

    /**
     * A plan for one request. It fails with what {@link RoutePlan#of} throws, and {@code ModelNotReady} or
     * {@code StageUnavailable} where an instance is missing. To be called on the request's context.
     */
    public Future<RoutePlan> plan(RouteNeeds needs, CallContext call) {
        long ticket = tickets.getAndIncrement();
        return room.when(call, () -> RoutePlan.of(needs, List.copyOf(registry.snapshot()), ticket));
    }

    /** The path of a signal of the plan's backbone; fails as {@link #plan} does. */
    public Future<OutputPath> output(RoutePlan plan, Modality modality, @Nullable String size, CallContext call) {
        return room.when(call, () -> plan.output(modality, size, List.copyOf(registry.snapshot())));
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
