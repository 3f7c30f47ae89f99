// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.gateway.waiting.NoInstance;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Modality;
import anymesh.wire.error.ContractMismatch;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The encoders that put everything a request brings into one space, so that its vectors can be compared. There is no backbone
 * on this way: a model is what an encoder's bundle is called.
 *
 * @param space that all vectors are of
 */
public record EmbeddingPlan(String space, Map<Modality, Hop> encoders) {

    /**
     * Chooses an encoder for each modality. Throws {@link RouteRefused} for what the mesh does not have, {@link NoInstance} for
     * what it does not have now, and {@code ContractMismatch} where modalities have no space in common.
     */
    public static EmbeddingPlan of(RouteNeeds needs, RouteTable table, List<StageInstance> snapshot, Draw draw) {
        var candidates = new EnumMap<Modality, List<Hop>>(Modality.class);
        needs.inputs().forEach((modality, param) -> candidates.put(modality,
                encoders(needs.model(), modality, param, table, snapshot, draw)));
        var spaces = new TreeSet<String>();
        candidates.forEach((modality, hops) -> hops.forEach(hop -> spaces.addAll(hop.joint(modality))));
        for (String space : spaces) {
            var encoders = new EnumMap<Modality, Hop>(Modality.class);
            candidates.forEach((modality, hops) -> hops.stream().filter(hop -> hop.joint(modality).contains(space))
                    .findFirst().ifPresent(hop -> encoders.put(modality, hop)));
            if (encoders.size() == candidates.size()) {
                return new EmbeddingPlan(space, Collections.unmodifiableMap(encoders));
            }
        }
        throw new ContractMismatch("no encoders put %s into one space".formatted(candidates.keySet()));
    }

    private static List<Hop> encoders(@Nullable String model, Modality modality, String param, RouteTable table,
            List<StageInstance> snapshot, Draw draw) {
        var encoders = Candidates.of(snapshot, ServiceKind.ENCODER.name(), modality, table.input(modality, draw));
        if (encoders.serving(instance -> is(model, instance), draw).isEmpty()) {
            throw RouteRefused.unknownModel(String.valueOf(model));
        }
        var found = encoders.serving(
                instance -> is(model, instance) && !Hop.of(modality, instance).joint(modality).isEmpty(), draw);
        if (found.isEmpty()) {
            throw RouteRefused.unsupportedModality("The model '%s' embeds no %s.".formatted(model,
                    Modalities.name(modality)), param);
        }
        return found;
    }

    private static boolean is(@Nullable String model, StageInstance encoder) {
        return model == null || encoder.release().bundle().equals(model);
    }
}
