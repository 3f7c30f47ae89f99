// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.Modality;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks of a route before any stage has been called: the model, the modalities that it brings and those
 * that it wants back. Each modality stands with the field of the request that names it, for the refusal's sake. What
 * the backbone decides by itself is resolved later, by {@link RoutePlan#output}.
 *
 * @param model null where any will do
 * @param task what the backbone's bundle must say that it does, such as {@code transcription}; null for a chat
 * @param key whoever asks, for routes that are sticky; null if the request names nobody
 * @param features what the backbone must have besides (anymesh.wire.Features), each with the field that asks for it
 * @param wishes features that it shall have if any has them
 */
public record RouteNeeds(@Nullable String model, Map<Modality, String> inputs, Map<Modality, String> outputs,
        @Nullable String key, @Nullable String task, Map<String, String> features, Set<String> wishes) {
    public RouteNeeds {
        features = Map.copyOf(features);
        wishes = Set.copyOf(wishes);
        inputs = copy(inputs);
        outputs = copy(outputs);
    }

    /** Of a chat, or what is done like one. */
    public RouteNeeds(@Nullable String model, Map<Modality, String> inputs, Map<Modality, String> outputs,
            @Nullable String key) {
        this(model, inputs, outputs, key, null, Map.of(), Set.of());
    }

    /** The same of a backbone that does this. */
    public RouteNeeds withTask(String wanted) {
        return new RouteNeeds(model, inputs, outputs, key, wanted, features, wishes);
    }

    /** The same of a backbone that has these, each with the field that asks for it. */
    public RouteNeeds withFeatures(Map<String, String> wanted) {
        return new RouteNeeds(model, inputs, outputs, key, task, wanted, wishes);
    }

    /** The same of a backbone that has these, if there is one. */
    public RouteNeeds withWishes(Set<String> wished) {
        return new RouteNeeds(model, inputs, outputs, key, task, features, wished);
    }

    /** Of a request that names nobody. */
    public RouteNeeds(@Nullable String model, Map<Modality, String> inputs, Map<Modality, String> outputs) {
        this(model, inputs, outputs, null);
    }

    private static Map<Modality, String> copy(Map<Modality, String> modalities) {
        var copy = new EnumMap<Modality, String>(Modality.class);
        copy.putAll(modalities);
        return Collections.unmodifiableMap(copy);
    }
}
