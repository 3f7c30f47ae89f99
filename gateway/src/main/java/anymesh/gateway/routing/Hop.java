// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.StageInstance;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import java.util.List;

/**
 * One step of a route: the modality that it handles and the version that serves it, told by an instance of that version.
 * In a plan that is any of them; in what is reported of a step it is the one that took it.
 */
public record Hop(Modality modality, StageInstance instance) {

    /** What a plan pins of a step: one model, whichever instance has it. */
    public record Pin(String service, String bundle, String version) {}

    /** What is pinned of this step. */
    public Pin pin() {
        return new Pin(service(), bundle(), version());
    }

    /** The service's name, such as {@code input-projector}. */
    public String service() {
        return instance.service();
    }

    /** The bundle that the instance serves. */
    public String bundle() {
        return instance.description().getBundle();
    }

    /** The bundle's version. */
    public String version() {
        return instance.description().getVersion();
    }

    /** For a generator: the guidance of a request that names none. */
    public float guidanceScale() {
        return (float) instance.description().getCapabilitiesList().stream()
                .filter(capability -> capability.getModality() == modality)
                .mapToDouble(Capability::getGuidanceScale).findFirst().orElse(0);
    }

    /** The same step, taken by another instance. */
    public Hop at(StageInstance other) {
        return new Hop(modality, other);
    }

    /** Whether another instance serves this step just as well: the same version, joined to the same spaces. */
    public boolean isServedBy(StageInstance other) {
        return at(other).pin().equals(pin()) && capabilities(other).equals(capabilities(instance));
    }

    /** Those of this step: an instance may be set up for fewer modalities than another. A backbone is one for all. */
    private List<Capability> capabilities(StageInstance of) {
        return of.description().getCapabilitiesList().stream()
                .filter(capability -> modality == Modality.TEXT || capability.getModality() == modality)
                .toList();
    }
}
