// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.backbone.BackboneConfig;
import anymesh.cli.settings.ServiceSettings;
import anymesh.encoder.EncoderConfig;
import anymesh.generator.GeneratorConfig;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.Release;
import anymesh.projector.ProjectorConfig;
import anymesh.v1.Modality;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What services serve as they are configured, also while none of their instances runs.
 *
 * @param home what bundles' folders are relative to
 */
public record ConfiguredBundles(Path home, ServiceSettings settings) {

    /** Empty if the configuration or its bundle can't be read: whoever serves it says why. */
    public Optional<Release> release(String name) {
        var service = Replicas.requireService(name);
        try {
            return service.component().map(component -> {
                var manifest = ModelBundle.manifest(home.resolve(folder(service)), component);
                return new Release(service.service(), manifest.bundle(), manifest.version());
            });
        } catch (BundleException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private Path folder(ServiceProcess service) {
        var name = service.service();
        return switch (service) {
            case ENCODER -> settings.stage(name, EncoderConfig.class, EncoderConfig.defaults()).stage().bundle();
            case INPUT_PROJECTOR ->
                settings.stage(name, ProjectorConfig.class, ProjectorConfig.inputDefaults()).stage().bundle();
            case BACKBONE -> settings.stage(name, BackboneConfig.class, BackboneConfig.defaults()).stage().bundle();
            case OUTPUT_PROJECTOR ->
                settings.stage(name, ProjectorConfig.class, ProjectorConfig.outputDefaults()).stage().bundle();
            case GENERATOR_IMAGE -> generator(name, Modality.IMAGE);
            case GENERATOR_AUDIO -> generator(name, Modality.AUDIO);
            case GENERATOR_VIDEO -> generator(name, Modality.VIDEO);
            case GATEWAY -> throw new IllegalArgumentException("a gateway has no bundle");
        };
    }

    private Path generator(String name, Modality modality) {
        return settings.stage(name, GeneratorConfig.class, GeneratorConfig.defaults(modality)).stage().bundle();
    }
}
