// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

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
        var serving = backbones(snapshot, table.model(model, draw))
                .serving(instance -> table.models(instance.release()).contains(model), draw);
        if (serving.isEmpty()) {
            throw RouteRefused.unknownModel(model);
        }
        return serving;
    }

    private static Candidates backbones(List<StageInstance> snapshot, Share share) {
        return Candidates.of(snapshot, Services.BACKBONE, Modality.TEXT, share);
    }

    /** Where a client leaves the choice of the model, it is the first by name, whatever the draw. */
    private static String firstModel(RouteNeeds needs, RouteTable table, List<StageInstance> snapshot, Draw draw) {
        return backbones(snapshot, Share.FREE)
                .serving(instance -> makes(Hop.of(Modality.TEXT, instance), needs.outputs().keySet()), draw).stream()
                .flatMap(hop -> table.models(hop.release()).stream()).min(String::compareTo)
                .orElseThrow(() -> RouteRefused.unsupportedModality("No model here makes " + needs.outputs().keySet()
                        .stream().map(Services::name).collect(Collectors.joining(" and ")) + ".", "model"));
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
                        .formatted(backbone.release().bundle(), Services.name(modality)), param);
            }
        });
        var inputs = new EnumMap<Modality, InputPath>(Modality.class);
        needs.inputs().forEach((modality, param) -> inputs.put(modality,
                inputPath(backbone, modality, param, table.input(modality, draw), snapshot, draw)));
        return new RoutePlan(backbone, Collections.unmodifiableMap(inputs), Map.of(), table, draw);
    }

    private static InputPath inputPath(Hop backbone, Modality modality, String param, Share share,
            List<StageInstance> snapshot, Draw draw) {
        var encoders = Candidates.of(snapshot, Services.ENCODER, modality, share).serving(draw);
        var projectors = Candidates.of(snapshot, Services.INPUT_PROJECTOR, modality, share).serving(draw);
        if (encoders.isEmpty() || projectors.isEmpty() || backbone.accepts(modality).isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here reads " + Services.name(modality) + ".", param);
        }
        for (Hop encoder : encoders) {
            for (Hop projector : projectors) {
                var representation = representation(encoder, projector, modality);
                if (representation != null && projector.joins(backbone, modality)) {
                    return new InputPath(encoder, representation, projector);
                }
            }
        }
        throw new ContractMismatch("no encoder and input projector of " + Services.name(modality)
                + " join the backbone's spaces " + backbone.accepts(modality));
    }

    /**
     * The path that a signal of the backbone takes: the one that was fixed, or one through a generator that draws in
     * {@code size}. Throws as {@link #of} does, and {@code InvalidInput} where no generator does.
     */
    public OutputPath output(Modality modality, @Nullable String size, List<StageInstance> snapshot) {
        OutputPath fixed = outputs.get(modality);
        return fixed != null ? fixed : choose(modality, size, snapshot);
    }

    /** The same with the path that signals of a modality take; one that was fixed before stays. */
    public RoutePlan with(Modality modality, OutputPath path) {
        var paths = new EnumMap<Modality, OutputPath>(Modality.class);
        paths.putAll(outputs);
        paths.putIfAbsent(modality, path);
        return new RoutePlan(backbone, inputs, Collections.unmodifiableMap(paths), table, draw);
    }

    private OutputPath choose(Modality modality, @Nullable String size, List<StageInstance> snapshot) {
        var share = table.output(modality, draw);
        var projectors = Candidates.of(snapshot, Services.OUTPUT_PROJECTOR, modality, share).serving(draw);
        var generators = Candidates.of(snapshot, Services.generator(modality), modality, share).serving(draw);
        if (projectors.isEmpty() || generators.isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here makes " + Services.name(modality) + ".", null);
        }
        var sizes = new LinkedHashSet<String>();
        boolean joined = false;
        for (Hop generator : generators) {
            for (Hop projector : projectors) {
                if (backbone.joins(projector, modality) && projector.joins(generator, modality)) {
                    if (size == null || generator.sizes().contains(size)) {
                        return new OutputPath(projector, generator);
                    }
                    joined = true;
                    sizes.addAll(generator.sizes());
                }
            }
        }
        if (joined) {
            throw new InvalidInput("Invalid 'size': '%s' is not supported; expected 'auto' or one of %s."
                    .formatted(size, sizes), "size");
        }
        throw new ContractMismatch("no output projector and generator of " + Services.name(modality)
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
