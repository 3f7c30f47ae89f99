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
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The versions that serve one request, fixed for its life. A pure function of what the request needs, a snapshot of
 * the registry and a ticket (successive tickets start at successive instances). Two stages are joined only if the one
 * produces a tensor space that the other accepts. Only hops that the request is known to need are chosen at once, so
 * that text is answered while generators are down; {@link #output} chooses the others when they are needed, by when a
 * generator that slept may be awake.
 */
public record RoutePlan(Hop backbone, Map<Modality, InputPath> inputs, long ticket) {

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
        var serving = Candidates.of(snapshot, Services.BACKBONE)
                .serving(instance -> instance.description().getBundle().equals(needs.model()), ticket);
        if (serving.isEmpty()) {
            throw RouteRefused.unknownModel(needs.model());
        }
        return serving;
    }

    private static RoutePlan through(StageInstance backbone, RouteNeeds needs, List<StageInstance> snapshot,
            long ticket) {
        needs.outputs().forEach((modality, param) -> {
            if (modality != Modality.TEXT && produces(backbone, modality).isEmpty()) {
                throw RouteRefused.unsupportedModality(
                        "The model '" + needs.model() + "' does not produce " + Services.name(modality)
                                + ".",
                        param);
            }
        });
        var paths = new EnumMap<Modality, InputPath>(Modality.class);
        needs.inputs().forEach(
                (modality, param) -> paths.put(modality, inputPath(backbone, modality, param, snapshot, ticket)));
        return new RoutePlan(new Hop(Modality.TEXT, backbone), Collections.unmodifiableMap(paths), ticket);
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
     * The path that a signal of the backbone takes, through a generator that draws in {@code size} if there is one. Throws
     * as {@link #of} does.
     */
    public OutputPath output(Modality modality, @Nullable String size, List<StageInstance> snapshot) {
        var projectors = Candidates.of(snapshot, Services.OUTPUT_PROJECTOR).serving(handles(modality), ticket);
        var generators = Candidates.of(snapshot, Services.generator(modality)).serving(handles(modality), ticket);
        if (projectors.isEmpty() || generators.isEmpty()) {
            throw RouteRefused.unsupportedModality("No model here makes " + Services.name(modality) + ".", null);
        }
        OutputPath otherSize = null;
        for (StageInstance generator : generators) {
            for (StageInstance projector : projectors) {
                if (joins(backbone.instance(), projector, modality) && joins(projector, generator, modality)) {
                    var path = new OutputPath(new Hop(modality, projector), new Hop(modality, generator));
                    if (size == null || path.sizes().contains(size)) {
                        return path;
                    }
                    otherSize = path;
                }
            }
        }
        if (otherSize != null) {
            return otherSize;
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
