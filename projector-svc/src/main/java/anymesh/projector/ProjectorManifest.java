// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.model.BundleException;
import java.util.Map;

/** What a projector's manifest says of each modality (docs/bundles.md). */
record ProjectorManifest(Map<String, Entry> modalities) {

    record Entry(String model, String input, String output, String accepts, String produces) {}

    ProjectorManifest {
        if (modalities == null || modalities.isEmpty()) {
            throw new BundleException("modalities: the projector has none");
        }
    }
}
