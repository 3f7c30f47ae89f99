// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.StageInstance;
import anymesh.v1.Modality;

/** One step of a route: the instance that serves it and the modality that it handles there. */
public record Hop(Modality modality, StageInstance instance) {

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
}
