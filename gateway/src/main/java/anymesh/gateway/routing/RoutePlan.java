// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.NoInstance;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The releases that serve one request, fixed for its life. A pure function of what the request needs, the routes, a
 * snapshot of the registry and a draw. Two stages are joined only if the one produces a tensor space that the other
 * accepts. Only hops that the request is known to need must be there at once, so that text is answered while generators
 * are down; {@link #output} chooses the others when they are needed, by the same routes and the same draw, by when a
 * generator that slept may be awake.
 */
public record RoutePlan(Hop backbone, Map<Modality, InputPath> inputs, Map<Modality, OutputPath> outputs,
        RouteTable table, Draw draw) {

    /**
     * Chooses a backbone and the paths into it. Throws {@link RouteRefused} for what the mesh does not have,
     * {@link NoInstance} for what it does not have now, and {@code ContractMismatch}
     * if everything serves but no chain of spaces matches.
     */
    public static RoutePlan of(RouteNeeds needs, RouteTable table, List<StageInstance> snapshot, Draw draw) {
        ContractMismatch mismatch = null;
        for (Hop backbone : backbones(needs, table, snapshot, draw)) {
            try {
                return through(backbone, needs, table, snapshot, draw);
            } catch (ContractMismatch e) {
                mismatch = e; // another release of the backbone may speak the projectors' space
            }
        }
        throw mismatch != null ? mismatch : new ContractMismatch("no backbone");
    }

    private static List<Hop> backbones(RouteNeeds needs, RouteTable table, List<StageInstance> snapshot, Draw draw) {
        String model = needs.model() != null ? needs.model() : firstModel(needs, table, snapshot, draw);
        var candidates = backbones(snapshot, table.model(model, draw));
        Predicate<StageInstance> isModel = instance -> table.models(instance.release()).contains(model);
        var serving = candidates.serving(isModel, draw);
        if (serving.isEmpty()) {
            throw RouteRefused.unknownModel(model);
        }
        if (!needs.features().isEmpty()) {
            serving = having(needs.features().keySet(), candidates, isModel, draw);
            if (serving.isEmpty()) {
                throw RouteRefused.unsupportedFeature(model, needs.features());
            }
        }
        if (!needs.wishes().isEmpty()) {
            var all = new HashSet<>(needs.features().keySet());
            all.addAll(needs.wishes());
            var wished = having(all, candidates, isModel, draw);
            serving = wished.isEmpty() ? serving : wished;
        }
        var able = serving.stream().filter(hop -> hop.does(needs.task())).toList();
        if (able.isEmpty()) {
            throw RouteRefused.unsupportedModality("The model '%s' does no %s.".formatted(model, needs.task()),
                    "model");
        }
        return able;
    }

    private static List<Hop> having(Set<String> features, Candidates candidates, Predicate<StageInstance> isModel,
            Draw draw) {
        return candidates.serving(isModel.and(instance -> Hop.has(instance, features)), draw).stream()
                .map(hop -> hop.needing(features)).toList();
    }

    private static Candidates backbones(List<StageInstance> snapshot, Share share) {
        return Candidates.of(snapshot, ServiceKind.BACKBONE.name(), Modality.TEXT, share);
    }

    /** Where a client leaves the choice of the model, it is the first by name, whatever the draw. */
    private static String firstModel(RouteNeeds needs, RouteTable table, List<StageInstance> snapshot, Draw draw) {
        return backbones(snapshot, Share.FREE)
                .serving(instance -> makes(Hop.of(Modality.TEXT, instance), needs.outputs().keySet()), draw).stream()
                .flatMap(hop -> table.models(hop.release()).stream()).min(String::compareTo)
                .orElseThrow(() -> RouteRefused.unsupportedModality("No model here makes " + needs.outputs().keySet()
                        .stream().map(Modalities::name).collect(Collectors.joining(" and ")) + ".", "model"));
    }

    private static boolean makes(Hop backbone, Set<Modality> outputs) {
        return outputs.stream()
                .allMatch(modality -> modality == Modality.TEXT || !backbone.produces(modality).isEmpty());
    }

    private static RoutePlan through(Hop backbone, RouteNeeds needs, RouteTable table, List<StageInstance> snapshot,
            Draw draw) {
        needs.outputs().forEach((modality, param) -> {
            if (!makes(backbone, Set.of(modality))) {
                throw RouteRefused.unsupportedModality("The model '%s' does not produce %s."
                        .formatted(backbone.release().bundle(), Modalities.name(modality)), param);
            }
        });
        var inputs = new EnumMap<Modality, InputPath>(Modality.class);
        needs.inputs().forEach((modality, param) -> inputs.put(modality,
                inputPath(backbone, modality, param, table.input(modality, draw), snapshot, draw)));
        return new RoutePlan(backbone, Collections.unmodifiableMap(inputs), Map.of(), table, draw);
    }

    private static InputPath inputPath(Hop backbone, Modality modality, String param, Share share,
            List<StageInstance> snapshot, Draw draw) {
        var encoders = Candidates.of(snapshot, ServiceKind.ENCODER.name(), modality, share).serving(draw);
        var projectors = Candidates.of(snapshot, ServiceKind.INPUT_PROJECTOR.name(), modality, share).serving(draw);
        if (encoders.isEmpty() || projectors.isEmpty() || backbone.accepts(modality).isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here reads " + Modalities.name(modality) + ".", param);
        }
        for (Hop encoder : encoders) {
            for (Hop projector : projectors) {
                var representation = representation(encoder, projector, modality);
                if (representation != null && projector.joins(backbone, modality)) {
                    return new InputPath(encoder, representation, projector);
                }
            }
        }
        throw new ContractMismatch("no encoder and input projector of " + Modalities.name(modality)
                + " join the backbone's spaces " + backbone.accepts(modality));
    }

    /**
     * The path that a signal of the backbone takes: the one that was fixed, or one through a generator that can do what the
     * request needs. Throws as {@link #of} does, and {@code InvalidInput} where no generator can.
     */
    public OutputPath output(Modality modality, OutputNeeds needs, List<StageInstance> snapshot) {
        OutputPath fixed = outputs.get(modality);
        return fixed != null ? fixed : choose(modality, needs, snapshot);
    }

    /** What is fixed so far, in the order of a request's way. */
    public Stream<Hop> hops() {
        return Stream.of(inputs.values().stream().flatMap(path -> Stream.of(path.encoder(), path.projector())),
                Stream.of(backbone),
                outputs.values().stream().flatMap(path -> Stream.of(path.projector(), path.generator())))
                .flatMap(hops -> hops);
    }

    /** The id of the swap that has a release on trial for what is made of a modality; empty if none is. */
    public String trial(Modality modality) {
        return table.outputRoute(modality).flatMap(Route::trial).map(Share::trial).orElse("");
    }

    /** Whether outputs of this request are made twice; see {@link #other}. */
    public boolean isShadowed(Modality modality) {
        return table.outputRoute(modality).filter(route -> route.isShadowed(draw.lot("shadow/" + modality)))
                .isPresent();
    }

    /**
     * The path that is compared with this one: through the releases that stand for those on trial, and the other way round.
     * Empty if nothing is on trial, or what is can't do it; throws as {@link #output} does if what stands can't.
     */
    public Optional<OutputPath> other(Modality modality, OutputPath path, OutputNeeds needs,
            List<StageInstance> snapshot) {
        var route = table.outputRoute(modality).filter(found -> found.trial().isPresent());
        if (path.isOnTrial()) {
            return route.map(Route::standing).map(share -> path(share, modality, needs, snapshot));
        }
        return route.flatMap(Route::trial).flatMap(share -> {
            try {
                return Optional.of(path(share, modality, needs, snapshot));
            } catch (NoInstance | RouteRefused | ContractMismatch | InvalidInput e) {
                return Optional.empty();
            }
        });
    }

    /** Whether its routes send nothing to a path's releases any more. */
    boolean isBehind(Modality modality, OutputPath path) {
        return table.outputRoute(modality).filter(route -> !route.allows(path.generator().release())
                || !route.allows(path.projector().release())).isPresent();
    }

    /** The same request by another table. Outputs that were fixed are chosen anew. */
    public RoutePlan by(RouteTable other) {
        return new RoutePlan(backbone, inputs, Map.of(), other, draw);
    }

    /** The same with the path that signals of a modality take; one that was fixed before stays. */
    public RoutePlan with(Modality modality, OutputPath path) {
        var paths = new EnumMap<Modality, OutputPath>(Modality.class);
        paths.putAll(outputs);
        paths.putIfAbsent(modality, path);
        return new RoutePlan(backbone, inputs, Collections.unmodifiableMap(paths), table, draw);
    }

    /** By the share that was drawn, or another one if that can't. Nobody waits for a release on trial. */
    private OutputPath choose(Modality modality, OutputNeeds needs, List<StageInstance> snapshot) {
        RuntimeException reason = null;
        for (var share : table.outputs(modality, draw)) {
            try {
                return path(share, modality, needs, snapshot);
            } catch (InvalidInput e) {
                reason = reason == null ? e : reason;
            } catch (NoInstance | RouteRefused | ContractMismatch e) {
                if (!share.isOnTrial()) {
                    throw e;
                }
                reason = reason == null ? e : reason;
            }
        }
        throw reason != null ? reason : new ContractMismatch("no release makes " + Modalities.name(modality));
    }

    /** A path through the releases of a share and no others; throws as {@link #output} does. */
    OutputPath through(Modality modality, Share share, List<StageInstance> snapshot) {
        return path(share, modality, OutputNeeds.ANY, snapshot).asProbe();
    }

    private OutputPath path(Share share, Modality modality, OutputNeeds needs, List<StageInstance> snapshot) {
        var projectors = Candidates.of(snapshot, ServiceKind.OUTPUT_PROJECTOR.name(), modality, share).serving(draw);
        var generators = Candidates.of(snapshot, ServiceKind.generator(modality).name(), modality, share).serving(draw)
                .stream()
                .filter(generator -> generator.does(needs.task())).toList();
        if (projectors.isEmpty() || generators.isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here makes %s.".formatted(needs.task() == null
                    ? Modalities.name(modality)
                    : needs.task()), needs.task() == null ? null : "model");
        }
        var sizes = new LinkedHashSet<String>();
        InvalidInput refused = null;
        for (Hop generator : generators) {
            for (Hop projector : projectors) {
                if (backbone.joins(projector, modality) && projector.joins(generator, modality)) {
                    var refusal = generator.refusal(needs);
                    if (refusal == null && (needs.size() == null || generator.sizes().contains(needs.size()))) {
                        return new OutputPath(projector, generator, share.trial(), false);
                    }
                    sizes.addAll(generator.sizes());
                    refused = refusal != null
                            ? refusal
                            : new InvalidInput("Invalid 'size': '%s' is not supported; expected 'auto' or one of %s."
                                    .formatted(needs.size(), sizes), "size");
                }
            }
        }
        if (refused != null) {
            throw refused;
        }
        throw new ContractMismatch("no output projector and generator of " + Modalities.name(modality)
                + " join the backbone's spaces " + backbone.produces(modality));
    }

    /** What to ask the encoder for; features where the projector takes both, null where it takes nothing of it. */
    private static @Nullable Representation representation(Hop encoder, Hop projector, Modality modality) {
        var common = new HashSet<>(encoder.produces(modality));
        common.retainAll(projector.accepts(modality));
        if (common.isEmpty()) {
            return null;
        }
        return encoder.joint(modality).containsAll(common)
                ? Representation.JOINT_EMBEDDING
                : Representation.FEATURES;
    }
}
