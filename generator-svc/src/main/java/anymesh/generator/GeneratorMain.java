// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.kit.catalogue.Modalities;
import anymesh.kit.server.StageMain;
import anymesh.v1.Modality;

/**
 * A generator in a process of its own. Which one the variable {@code ANYMESH_MODALITY} says: image (if it is absent), audio or
 * video; the defaults of the configuration depend on it.
 */
public final class GeneratorMain {
    private GeneratorMain() {}

    public static void main(String[] args) {
        var name = System.getenv().getOrDefault("ANYMESH_MODALITY", "image");
        var defaults = GeneratorConfig.defaults(Modalities.medium(name)
                .orElseThrow(() -> new IllegalArgumentException("ANYMESH_MODALITY: %s (expected: one of %s)"
                        .formatted(name, Modalities.names(Modalities.MEDIA)))));
        StageMain.main(defaults.service(), GeneratorConfig.class, defaults, args, GeneratorConfig::stage,
                (config, resources) -> GeneratorStage.load(withModality(defaults.modality(), config), resources));
    }

    /** A file may repeat the modality; if it said another one, the service would be registered under a wrong name. */
    private static GeneratorConfig withModality(Modality modality, GeneratorConfig config) {
        if (config.modality() != modality) {
            throw new IllegalArgumentException(
                    "modality: %s (expected: ANYMESH_MODALITY, %s)".formatted(config.modality(), modality));
        }
        return config;
    }
}
