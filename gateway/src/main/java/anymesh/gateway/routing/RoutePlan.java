// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import static anymesh.gateway.routing.Candidates.accepts;
import static anymesh.gateway.routing.Candidates.handles;
import static anymesh.gateway.routing.Candidates.joint;
import static anymesh.gateway.routing.Candidates.produces;

import anymesh.gateway.waiting.NoInstance;
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
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The versions that serve one request, fixed for its life. A pure function of what the request needs, a snapshot of
 * the registry and a ticket (successive tickets start at successive instances). Two stages are joined only if the one
 * produces a tensor space that the other accepts. Only hops that the request is known to need are chosen at once, so
 * that text is answered while generators are down; {@link #output} chooses the others when they are needed, by when a
 * generator that slept may be awake.
 */
public record RoutePlan(Hop backbone, Map<Modality, InputPath> inputs, Map<Modality, OutputPath> outputs, long ticket) {

    /**
     * Chooses a backbone and the paths into it. Throws {@link RouteRefused} for what the mesh does not have,
     * {@link NoInstance} for what it does not have now, and {@code ContractMismatch}
     * if everything serves but no chain of spaces matches.
     */
    public static RoutePlan of(RouteNeeds needs, List<StageInstance> snapshot, long ticket) {
        ContractMismatch mismatch = null;
        for (StageInstance backbone : backbones(needs, snapshot, ticket)) {
            try {
                return through(backbone, needs, snapshot, ticket);
            } catch (ContractMismatch e) {
                mismatch = e; // another version of the backbone may speak the projectors' space
            }
        }
        throw mismatch != null ? mismatch : new ContractMismatch("no backbone");
    }

    private static List<StageInstance> backbones(RouteNeeds needs, List<StageInstance> snapshot, long ticket) {
        var backbones = Candidates.of(snapshot, Services.BACKBONE);
        if (needs.model() == null) {
            return ofFirstModel(backbones.serving(instance -> makes(instance, needs.outputs().keySet()), ticket),
                    needs);
        }
        var serving = backbones.serving(instance -> instance.description().getBundle().equals(needs.model()), ticket);
        if (serving.isEmpty()) {
            throw RouteRefused.unknownModel(needs.model());
        }
        return serving;
    }

    /** Where a client leaves the choice of the model, it is the first by name, whoever's turn it is. */
    private static List<StageInstance> ofFirstModel(List<StageInstance> serving, RouteNeeds needs) {
        String first = serving.stream().map(instance -> instance.description().getBundle()).min(String::compareTo)
                .orElseThrow(() -> RouteRefused.unsupportedModality("No model here makes " + needs.outputs().keySet()
                        .stream().map(Services::name).collect(Collectors.joining(" and ")) + ".", "model"));
        return serving.stream().filter(instance -> instance.description().getBundle().equals(first)).toList();
    }

    private static boolean makes(StageInstance backbone, Set<Modality> outputs) {
        return outputs.stream()
                .allMatch(modality -> modality == Modality.TEXT || !produces(backbone, modality).isEmpty());
    }

    private static RoutePlan through(StageInstance backbone, RouteNeeds needs, List<StageInstance> snapshot,
            long ticket) {
        needs.outputs().forEach((modality, param) -> {
            if (modality != Modality.TEXT && produces(backbone, modality).isEmpty()) {
                throw RouteRefused.unsupportedModality(
                        "The model '" + backbone.description().getBundle() + "' does not produce "
                                + Services.name(modality)
                                + ".",
                        param);
            }
        });
        var paths = new EnumMap<Modality, InputPath>(Modality.class);
        needs.inputs().forEach(
                (modality, param) -> paths.put(modality, inputPath(backbone, modality, param, snapshot, ticket)));
        return new RoutePlan(new Hop(Modality.TEXT, backbone), Collections.unmodifiableMap(paths), Map.of(), ticket);
    }

    private static InputPath inputPath(StageInstance backbone, Modality modality, String param,
            List<StageInstance> snapshot, long ticket) {
        var encoders = Candidates.of(snapshot, Services.ENCODER).serving(handles(modality), ticket);
        var projectors = Candidates.of(snapshot, Services.INPUT_PROJECTOR).serving(handles(modality), ticket);
        if (encoders.isEmpty() || projectors.isEmpty() || accepts(backbone, modality).isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here reads " + Services.name(modality) + ".", param);
        }
        for (StageInstance encoder : encoders) {
            for (StageInstance projector : projectors) {
                var representation = representation(encoder, projector, modality);
                if (representation != null && joins(projector, backbone, modality)) {
                    return new InputPath(new Hop(modality, encoder), representation, new Hop(modality, projector));
                }
            }
        }
        throw new ContractMismatch("no encoder and input projector of " + Services.name(modality)
                + " join the backbone's spaces " + accepts(backbone, modality));
    }

    /**
     * The path that a signal of the backbone takes: the one that was fixed, or one through a generator that draws in
     * {@code size}. Throws as {@link #of} does, and {@code InvalidInput} where no generator does.
     */
    public OutputPath output(Modality modality, @Nullable String size, List<StageInstance> snapshot) {
        OutputPath fixed = outputs.get(modality);
        return fixed != null ? fixed : choose(modality, size, snapshot);
    }

    /** The same with the path that signals of a modality take. */
    public RoutePlan with(Modality modality, OutputPath path) {
        var paths = new EnumMap<Modality, OutputPath>(Modality.class);
        paths.putAll(outputs);
        paths.put(modality, path);
        return new RoutePlan(backbone, inputs, Collections.unmodifiableMap(paths), ticket);
    }

    private OutputPath choose(Modality modality, @Nullable String size, List<StageInstance> snapshot) {
        var projectors = Candidates.of(snapshot, Services.OUTPUT_PROJECTOR).serving(handles(modality), ticket);
        var generators = Candidates.of(snapshot, Services.generator(modality)).serving(handles(modality), ticket);
        if (projectors.isEmpty() || generators.isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here makes " + Services.name(modality) + ".", null);
        }
        var sizes = new LinkedHashSet<String>();
        boolean joined = false;
        for (StageInstance generator : generators) {
            for (StageInstance projector : projectors) {
                if (joins(backbone.instance(), projector, modality) && joins(projector, generator, modality)) {
                    var path = new OutputPath(new Hop(modality, projector), new Hop(modality, generator));
                    if (size == null || path.sizes().contains(size)) {
                        return path;
                    }
                    joined = true;
                    sizes.addAll(path.sizes());
                }
            }
        }
        if (joined) {
            throw new InvalidInput(
                    "Invalid 'size': '%s' is not supported; expected 'auto' or one of %s.".formatted(size,
                            sizes),
                    "size");
        }
        throw new ContractMismatch("no output projector and generator of " + Services.name(modality)
                + " join the backbone's spaces " + produces(backbone.instance(), modality));
    }

    /** What to ask the encoder for; features where the projector takes both, null where it takes nothing of it. */
    private static @Nullable Representation representation(StageInstance encoder, StageInstance projector,
            Modality modality) {
        var common = new HashSet<>(produces(encoder, modality));
        common.retainAll(accepts(projector, modality));
        if (common.isEmpty()) {
            return null;
        }
        return joint(encoder, modality).containsAll(common)
                ? Representation.JOINT_EMBEDDING
                : Representation.FEATURES;
    }

    private static boolean joins(StageInstance from, StageInstance to, Modality modality) {
        return !Collections.disjoint(produces(from, modality), accepts(to, modality));
    }
}
