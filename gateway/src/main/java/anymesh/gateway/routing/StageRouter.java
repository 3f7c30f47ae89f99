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
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes route plans from the routes and the registry of the moment. Where no instance serves but one is expected, it waits
 * for it.
 */
public final class StageRouter {
    private final StageRegistry registry;
    private final WaitingRoom room;
    private final Supplier<RouteTable> tables;

    /** {@code tables} gives the routes of the moment. */
    public StageRouter(StageRegistry registry, WaitingRoom room, Supplier<RouteTable> tables) {
        this.registry = registry;
        this.room = room;
        this.tables = tables;
    }

    /**
     * A plan for one request. It fails with what {@link RoutePlan#of} throws, and {@code ModelNotReady} or
     * {@code StageUnavailable} where an instance is missing. To be called on the request's context.
     */
    public Future<RoutePlan> plan(RouteNeeds needs, CallContext call) {
        var draw = Draw.anew();
        return room.when(call, () -> RoutePlan.of(needs, tables.get(), List.copyOf(registry.snapshot()), draw));
    }

    /** The path of a signal of the plan's backbone; fails as {@link #plan} does. */
    public Future<OutputPath> output(RoutePlan plan, Modality modality, @Nullable String size, CallContext call) {
        return room.when(call, () -> plan.output(modality, size, List.copyOf(registry.snapshot())));
    }

    /** The models that can be asked for now, by name. */
    public List<ModelCard> models() {
        var table = tables.get();
        var models = new TreeMap<String, List<StageInstance>>();
        for (StageInstance instance : registry.snapshot()) {
            if (instance.service().equals(Services.BACKBONE) && instance.state() == StageState.SERVING) {
                table.models(instance.release())
                        .forEach(name -> models.computeIfAbsent(name, _ -> new ArrayList<>()).add(instance));
            }
        }
        return models.entrySet().stream()
                .map(model -> new ModelCard(model.getKey(), modalities(model.getValue(), Capability::getAcceptsList),
                        modalities(model.getValue(), Capability::getProducesList)))
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
