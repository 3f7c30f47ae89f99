// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.wire.Features;
import anymesh.wire.error.InvalidInput;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One step of a route: the modality that it handles, and the release that serves it. Which instance of the release takes
 * it is decided when the step is done.
 *
 * @param features what an instance must have besides, as requests that need it can't be taken by one of an earlier version
 * @param capabilities those of this step: an instance may be set up for fewer modalities than another of its release. A
 *     backbone is one for all.
 */
public record Hop(Modality modality, Release release, List<Capability> capabilities, Set<String> features) {
    public Hop {
        features = Set.copyOf(features);
        capabilities = List.copyOf(capabilities);
    }

    /** The step as this instance would take it. */
    public static Hop of(Modality modality, StageInstance instance) {
        return new Hop(modality, instance.release(), capabilities(modality, instance), Set.of());
    }

    /** The same by instances that have these. */
    Hop needing(Set<String> needed) {
        return new Hop(modality, release, capabilities, needed);
    }

    private static List<Capability> capabilities(Modality modality, StageInstance of) {
        return of.description().getCapabilitiesList().stream()
                .filter(capability -> modality == Modality.TEXT || capability.getModality() == modality)
                .toList();
    }

    /** The service's name, such as {@code input-projector}. */
    public String service() {
        return release.service();
    }

    /** For a generator: the guidance of a request that names none. */
    public float guidanceScale() {
        return capabilities.stream().filter(capability -> capability.getModality() == modality)
                .map(Capability::getGuidanceScale).findFirst().orElse(0f);
    }

    /** For a generator: the sizes that it draws in, {@code WIDTHxHEIGHT}, the native one first; empty if it has none. */
    public List<String> sizes() {
        return capabilities.stream().filter(capability -> capability.getModality() == modality).findFirst()
                .map(Capability::getSizesList).map(List::<String>copyOf).orElse(List.of());
    }

    /** For a generator: what it draws in where this size is asked for. */
    public String sizeFor(String asked) {
        return sizes().isEmpty() ? asked : PictureSize.of(asked).among(sizes());
    }

    /** For a generator: why it can't make what a request asks for; null if it can. Of its size {@link #sizes} says it. */
    @Nullable
    InvalidInput refusal(OutputNeeds needs) {
        var capability = capabilities.stream().filter(one -> one.getModality() == modality).findFirst()
                .orElse(Capability.getDefaultInstance());
        int most = capability.getMaxInferenceSteps();
        if (needs.steps() != null && most > 0 && needs.steps() > most) {
            return new InvalidInput("Invalid 'num_inference_steps': %d is not supported; expected 1 to %d."
                    .formatted(needs.steps(), most), "num_inference_steps");
        }
        float strongest = capability.getMaxGuidanceScale();
        if (needs.guidanceScale() != null && strongest > 0 && needs.guidanceScale() > strongest) {
            return new InvalidInput("Invalid 'guidance_scale': %s is not supported; expected 0 to %s."
                    .formatted(needs.guidanceScale(), strongest), "guidance_scale");
        }
        return null;
    }

    /** Whether an instance serves this step: one of the release, joined to the same spaces. */
    public boolean isServedBy(StageInstance instance) {
        return instance.release().equals(release) && capabilities(modality, instance).equals(capabilities)
                && has(instance, features);
    }

    /** Whether it is called as one that calls tools. */
    public boolean callsTools() {
        return features.contains(Features.TOOLS);
    }

    /** Whether an instance has all of these. */
    static boolean has(StageInstance instance, Set<String> features) {
        return instance.description().getFeaturesList().containsAll(features);
    }

    /** Whether its bundle says that it does this; everybody does nothing in particular. */
    boolean does(@Nullable String task) {
        return task == null || capabilities.stream().anyMatch(capability -> capability.getTasksList().contains(task));
    }

    boolean handles(Modality of) {
        return capabilities.stream().anyMatch(capability -> capability.getModality() == of);
    }

    /** Whether what it produces of a modality is accepted by the next one. */
    boolean joins(Hop next, Modality of) {
        return !Collections.disjoint(produces(of), next.accepts(of));
    }

    Set<String> accepts(Modality of) {
        return spaces(of, Capability::getAcceptsList);
    }

    Set<String> produces(Modality of) {
        return spaces(of, Capability::getProducesList);
    }

    /** For an encoder: those that it produces as joint embeddings. */
    public Set<String> joint(Modality of) {
        return spaces(of, Capability::getJointList);
    }

    private Set<String> spaces(Modality of, Function<Capability, Collection<String>> side) {
        return capabilities.stream().filter(capability -> capability.getModality() == of)
                .flatMap(capability -> side.apply(capability).stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
