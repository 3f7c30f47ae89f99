// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.Capability;
import java.util.List;

/** How a signal becomes media: equations 4 and 5. */
public record OutputPath(Hop projector, Hop generator) {

    /** The sizes that the generator draws in, {@code WIDTHxHEIGHT}, the native one first; empty if it has none. */
    public List<String> sizes() {
        return generator.instance().description().getCapabilitiesList().stream()
                .filter(capability -> capability.getModality() == generator.modality())
                .map(Capability::getSizesList)
                .findFirst()
                .map(List::<String>copyOf)
                .orElse(List.of());
    }
}
