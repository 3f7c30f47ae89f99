// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.settings.ConfiguredStage;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.Release;
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
        return Replicas.requireService(name).stage().flatMap(this::release);
    }

    private Optional<Release> release(ServiceKind kind) {
        try {
            var folder = home.resolve(ConfiguredStage.of(kind, settings).stageConfig().bundle());
            var manifest = ModelBundle.manifest(folder, kind.component());
            return Optional.of(new Release(kind.name(), manifest.bundle(), manifest.version()));
        } catch (BundleException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
