// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What every service is configured with. Port 0 takes any free one; {@code memoryBytes} bounds the embeddings that the
 * service holds at once, beyond which calls are refused as overload. An empty {@code instanceId} makes one up.
 *
 * @param candidate takes no request that no route sends it
 * @param lameDuck when it is told to go: how long it says so and serves on, until callers have heard of it
 * @param drainTimeout within how long it is gone then, {@code lameDuck} included
 */
public record StageConfig(String host, int grpcPort, int httpPort, Path bundle, boolean candidate, BatchPolicy batch,
        OnnxSettings onnx, Duration lameDuck, Duration drainTimeout, long memoryBytes, String instanceId,
        RegistryConfig registry, TlsConfig tls) {

    public StageConfig {
        requirePort("grpcPort", grpcPort);
        requirePort("httpPort", httpPort);
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException("drainTimeout: %s (expected: >= 0)".formatted(drainTimeout));
        }
        if (lameDuck.isNegative() || lameDuck.compareTo(drainTimeout) > 0) {
            throw new IllegalArgumentException(
                    "lameDuck: %s (expected: 0 to drainTimeout, %s)".formatted(lameDuck, drainTimeout));
        }
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes: %d (expected: > 0)".formatted(memoryBytes));
        }
        if (!instanceId.matches("[A-Za-z0-9._-]{0,100}")) {
            throw new IllegalArgumentException(
                    "instanceId: %s (expected: up to 100 letters, digits, '.', '_' and '-')".formatted(instanceId));
        }
    }

    /** A service's own ports and bundle, otherwise as {@link #defaults(int, int, Path, BatchPolicy)}. */
    public static StageConfig defaults(ServiceKind kind, BatchPolicy batch) {
        return defaults(kind.grpcPort(), kind.httpPort(), kind.builtIn(), batch);
    }

    /** Loopback, these ports, this bundle, and room for 256 MiB of embeddings. */
    public static StageConfig defaults(int grpcPort, int httpPort, Path bundle, BatchPolicy batch) {
        return new StageConfig("127.0.0.1", grpcPort, httpPort, bundle, false, batch, OnnxSettings.defaults(),
                Duration.ofSeconds(1), Duration.ofSeconds(30), 256L << 20, "", RegistryConfig.defaults(),
                TlsConfig.off());
    }

    /** The same service on any free ports, as tests and the embedded mesh want it. */
    public StageConfig onFreePorts() {
        return new StageConfig(host, 0, 0, bundle, candidate, batch, onnx, lameDuck, drainTimeout, memoryBytes,
                instanceId, registry, tls);
    }

    public StageConfig withBundle(Path directory) {
        return new StageConfig(host, grpcPort, httpPort, directory, candidate, batch, onnx, lameDuck, drainTimeout,
                memoryBytes,
                instanceId, registry, tls);
    }

    /** Another version of the service, beside the one that serves. */
    public StageConfig asCandidate() {
        return new StageConfig(host, grpcPort, httpPort, bundle, true, batch, onnx, lameDuck, drainTimeout, memoryBytes,
                instanceId, registry, tls);
    }

    public StageConfig withOnnx(OnnxSettings settings) {
        return new StageConfig(host, grpcPort, httpPort, bundle, candidate, batch, settings, lameDuck, drainTimeout,
                memoryBytes,
                instanceId, registry, tls);
    }

    public StageConfig withBatch(BatchPolicy policy) {
        return new StageConfig(host, grpcPort, httpPort, bundle, candidate, policy, onnx, lameDuck, drainTimeout,
                memoryBytes,
                instanceId, registry, tls);
    }

    /** For meshes in which nobody has to hear first that an instance goes. */
    public StageConfig withoutLameDuck() {
        return new StageConfig(host, grpcPort, httpPort, bundle, candidate, batch, onnx, Duration.ZERO, drainTimeout,
                memoryBytes,
                instanceId, registry, tls);
    }

    private static void requirePort(String key, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("%s: %d (expected: 0 to 65535)".formatted(key, port));
        }
    }
}
