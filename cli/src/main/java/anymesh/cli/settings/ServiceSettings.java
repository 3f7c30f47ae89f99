// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import anymesh.kit.config.ConfigLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the services of a mesh are configured with, be they processes or not: files, and over them the environment.
 *
 * @param config a folder whose {@code SERVICE.yaml} configures that service, or a file that configures the gateway
 * @param environment the variables {@code ANYMESH_…}; others mean nothing here
 * @param bundles the bundles of services that have another one than is configured, by service
 */
public record ServiceSettings(@Nullable Path config, Map<String, String> environment, Map<String, Path> bundles) {
    private static final String GATEWAY = "gateway";
    private static final String MESH = "ANYMESH_";
    private static final String STAGE = "ANYMESH_STAGE_";
    /** What a gateway is told of the registry, of TLS and of its end, a stage is told too, if it has no variable of its own. */
    private static final List<String> SHARED = List.of("REGISTRY_", "TLS_", "LAMEDUCK", "DRAINTIMEOUT");

    public ServiceSettings {
        if (config != null && !Files.exists(config)) {
            throw new IllegalArgumentException("--config: there is no file or folder " + config);
        }
        environment = Map.copyOf(environment);
        bundles = Map.copyOf(bundles);
    }

    /** No service has another bundle than is configured. */
    public ServiceSettings(@Nullable Path config, Map<String, String> environment) {
        this(config, environment, Map.of());
    }

    /** The defaults, whatever the environment says. */
    public static ServiceSettings none() {
        return new ServiceSettings(null, Map.of());
    }

    /** Those of this process. */
    public static ServiceSettings of(@Nullable Path config) {
        return new ServiceSettings(config, System.getenv());
    }

    /** The file that configures a service, if there is one. */
    public Optional<Path> file(String service) {
        if (config == null) {
            return Optional.empty();
        }
        if (!Files.isDirectory(config)) {
            return service.equals(GATEWAY) ? Optional.of(config) : Optional.empty();
        }
        return Optional.of(config.resolve(service + ".yaml")).filter(Files::exists);
    }

    /** These settings with other bundles for some services. */
    public ServiceSettings withBundles(Map<String, Path> others) {
        return new ServiceSettings(config, environment, others);
    }

    /** What the environment of a stage has besides this one. */
    public Map<String, String> forStage(String service) {
        var own = new HashMap<>(forStages());
        if (bundles.containsKey(service)) {
            own.put(STAGE + "BUNDLE", bundles.get(service).toString());
        }
        return own;
    }

    private Map<String, String> forStages() {
        var shared = new HashMap<String, String>();
        environment.forEach((name, value) -> SHARED.stream().filter(prefix -> name.startsWith(MESH + prefix))
                .map(_ -> STAGE + name.substring(MESH.length())).filter(own -> !environment.containsKey(own))
                .forEach(own -> shared.put(own, value)));
        return shared;
    }

    /** The gateway's configuration; throws what {@link ConfigLoader#load} does. */
    public <C> C gateway(Class<C> type, C defaults) {
        return ConfigLoader.load(type, defaults, file(GATEWAY).orElse(null), environment);
    }

    /** A stage's configuration, as it would have it in a process of its own. */
    public <C> C stage(String service, Class<C> type, C defaults) {
        var all = new HashMap<>(environment);
        all.putAll(forStage(service));
        return ConfigLoader.load(type, defaults, file(service).orElse(null), all);
    }
}
