// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Bundles that whoever starts a mesh names: each is one of its service's component, or the mesh does not start. */
public final class GivenBundles {
    private GivenBundles() {}

    /**
     * The folders by the names of services, made absolute; {@link IllegalArgumentException} for what is no service with a bundle,
     * {@link BundleException} for what is no bundle for it.
     */
    public static Map<String, Path> of(Map<String, Path> given) {
        var bundles = new LinkedHashMap<String, Path>();
        given.forEach((name, folder) -> {
            var service = Replicas.requireStage(name);
            var absolute = folder.toAbsolutePath().normalize();
            ModelBundle.manifest(absolute, service.stage().orElseThrow().component());
            bundles.put(service.service(), absolute);
        });
        return bundles;
    }
}
