// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.NoInstance;
import anymesh.gateway.waiting.WaitingRoom;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes route plans from the routes and the registry of the moment. Where no instance serves but one is expected, it waits
 * for it.
 */
public final class StageRouter {
    private final StageRegistry registry;
    private final WaitingRoom room;
    private final Supplier<RouteTable> tables;
    private final boolean scalesImages;

    /**
     * {@code tables} gives the routes of the moment.
     *
     * @param scalesImages whether a picture may be drawn in another size than was asked for, to be scaled
     */
    public StageRouter(StageRegistry registry, WaitingRoom room, Supplier<RouteTable> tables, boolean scalesImages) {
        this.registry = registry;
        this.room = room;
        this.tables = tables;
        this.scalesImages = scalesImages;
    }

    /**
     * A plan for one request. It fails with what {@link RoutePlan#of} throws, and {@code ModelNotReady} or
     * {@code StageUnavailable} where an instance is missing. To be called on the request's context.
     */
    public Future<RoutePlan> plan(RouteNeeds needs, CallContext call) {
        var draw = Draw.anew(needs.key());
        return room.when(call, () -> RoutePlan.of(needs, tables.get(), List.copyOf(registry.snapshot()), draw));
    }

    /**
     * A plan for a request that is for one medium: who makes it is fixed before the backbone is bothered, and it is known whether
     * anybody can. Fails as {@link #plan} and {@link #output} do.
     */
    public Future<RoutePlan> plan(RouteNeeds needs, Modality modality, OutputNeeds output, CallContext call) {
        return plan(needs, call).compose(
                plan -> output(plan, modality, output, call).map(path -> plan.with(modality, path)));
    }

    /** Who embeds what a request brings; fails as {@link #plan} does. */
    public Future<EmbeddingPlan> embeddings(RouteNeeds needs, CallContext call) {
        var draw = Draw.anew(needs.key());
        return room.when(call, () -> EmbeddingPlan.of(needs, tables.get(), List.copyOf(registry.snapshot()), draw));
    }

    /**
     * The path of a signal of the plan's backbone; fails as {@link #plan} does. Releases that have gone since the request was
     * planned are left to the routes of the moment.
     */
    public Future<OutputPath> output(RoutePlan plan, Modality modality, OutputNeeds needs, CallContext call) {
        return room.when(call, () -> {
            var snapshot = List.copyOf(registry.snapshot());
            try {
                return output(plan, modality, needs, snapshot);
            } catch (NoInstance gone) {
                if (tables.get().equals(plan.table())) {
                    throw gone;
                }
                return output(plan.by(tables.get()), modality, needs, snapshot);
            }
        });
    }

    private OutputPath output(RoutePlan plan, Modality modality, OutputNeeds needs, List<StageInstance> snapshot) {
        try {
            return plan.output(modality, needs, snapshot);
        } catch (InvalidInput refused) {
            if (!scalesImages || modality != Modality.IMAGE || needs.size() == null) {
                throw refused;
            }
            PictureSize.of(needs.size()).requireScalable();
            return plan.output(modality, needs.withoutSize(), snapshot);
        }
    }

    /**
     * Who makes an output again that failed on this path: the releases that stand, if it was on trial, or those of the routes
     * of the moment, if these have left its releases behind. Empty if nobody does.
     */
    public Future<Optional<OutputPath>> instead(RoutePlan plan, Modality modality, OutputPath failed, OutputNeeds needs,
            CallContext call) {
        if (failed.isProbe()) {
            return Future.succeededFuture(Optional.empty());
        }
        var now = plan.by(tables.get());
        if (!failed.isOnTrial() && now.isBehind(modality, failed)) {
            return output(now, modality, needs, call).map(Optional::of);
        }
        return failed.isOnTrial()
                ? room.when(call, () -> plan.other(modality, failed, needs, List.copyOf(registry.snapshot())))
                : Future.succeededFuture(Optional.empty());
    }

    /** The path of a signal through these releases and no others; fails as {@link #plan} does. */
    public Future<OutputPath> through(RoutePlan plan, Modality modality, Set<Release> releases, CallContext call) {
        return room.when(call, () -> plan.through(modality, new Share(releases, 1), List.copyOf(registry.snapshot())));
    }

    /** How long each sound or film of a generator is; 0 where no instance says so. */
    public float seconds(Hop generator) {
        return registry.snapshot().stream().filter(generator::isServedBy)
                .map(instance -> instance.description().getSeconds()).max(Float::compare).orElse(0f);
    }

    /** All instances of the moment. */
    public List<StageInstance> snapshot() {
        return List.copyOf(registry.snapshot());
    }

    /** The routes of the moment. */
    public RouteTable routes() {
        return tables.get();
    }

    /** The path that an output on this one is compared with, if it is to be. */
    public Optional<OutputPath> shadow(RoutePlan plan, Modality modality, OutputPath path, OutputNeeds needs) {
        return plan.isShadowed(modality)
                ? plan.other(modality, path, needs, List.copyOf(registry.snapshot()))
                : Optional.empty();
    }

    /** The models that can be asked for now, by name. */
    public List<ModelCard> models() {
        var table = tables.get();
        var backbones = new TreeMap<String, List<StageInstance>>();
        var encoders = new TreeMap<String, List<StageInstance>>();
        for (StageInstance instance : registry.snapshot()) {
            if (instance.state() != StageState.SERVING || table.leavesOut(instance)) {
                continue;
            }
            if (instance.service().equals(ServiceKind.BACKBONE.name())) {
                table.models(instance.release()).forEach(name -> add(backbones, name, instance));
            } else if (instance.service().equals(ServiceKind.ENCODER.name())
                    && !modalities(List.of(instance), Capability::getJointList).isEmpty()) {
                add(encoders, instance.release().bundle(), instance);
            }
        }
        return Stream.concat(backbones.keySet().stream(), encoders.keySet().stream()).distinct().sorted()
                .map(name -> card(name, backbones.getOrDefault(name, List.of()),
                        encoders.getOrDefault(name, List.of())))
                .toList();
    }

    private static void add(Map<String, List<StageInstance>> models, String name, StageInstance instance) {
        models.computeIfAbsent(name, _ -> new ArrayList<>()).add(instance);
    }

    private static ModelCard card(String name, List<StageInstance> backbones, List<StageInstance> encoders) {
        var inputs = modalities(backbones, Capability::getAcceptsList);
        var outputs = modalities(backbones, Capability::getProducesList);
        if (!backbones.isEmpty()) { // which reads and writes text, whatever else
            inputs.add(Modality.TEXT);
            outputs.add(Modality.TEXT);
        }
        return new ModelCard(name, List.copyOf(inputs), List.copyOf(outputs),
                List.copyOf(modalities(encoders, Capability::getJointList)));
    }

    private static Set<Modality> modalities(List<StageInstance> instances,
            Function<Capability, Collection<String>> spaces) {
        Set<Modality> modalities = EnumSet.noneOf(Modality.class);
        for (StageInstance instance : instances) {
            for (Capability capability : instance.description().getCapabilitiesList()) {
                if (!spaces.apply(capability).isEmpty()) {
                    modalities.add(capability.getModality());
                }
            }
        }
        modalities.retainAll(Modalities.ALL); // whatever a newer stage calls its own
        return modalities;
    }
}
