// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.client.CallSettings;
import anymesh.gateway.http.HttpLimits;
import anymesh.gateway.http.HttpSettings;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.tls.TlsConfig;
import java.time.Duration;
import java.util.List;

/**
 * The gateway's configuration; {@code config/gateway.yaml} explains every key.
 *
 * @param memoryBytes embeddings in relay, for all requests together
 */
public record GatewayConfig(String host, int port, Duration requestTimeout, Duration drainTimeout, Duration heartbeat,
        HttpLimits http, List<String> corsOrigins, long memoryBytes, RegistryConfig registry, TlsConfig tls,
        CallSettings stages, StaticEndpoints endpoints) {
    public GatewayConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: %d (expected: 0 to 65535)".formatted(port));
        }
        requirePositive("requestTimeout", requestTimeout);
        requirePositive("heartbeat", heartbeat);
        if (drainTimeout.isNegative()) {
            throw new IllegalArgumentException("drainTimeout: %s (expected: >= 0)".formatted(drainTimeout));
        }
        if (memoryBytes < 1) {
            throw new IllegalArgumentException("memoryBytes: %d (expected: > 0)".formatted(memoryBytes));
        }
        corsOrigins = List.copyOf(corsOrigins);
    }

    private static void requirePositive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("%s: %s (expected: > 0)".formatted(key, value));
        }
    }

    /** Loopback only, no web pages, two minutes for a request. */
    public static GatewayConfig defaults() {
        return new GatewayConfig("127.0.0.1", 8080, Duration.ofSeconds(120), Duration.ofSeconds(30),
                Duration.ofSeconds(15), HttpLimits.defaults(), List.of(), 256L << 20, RegistryConfig.defaults(),
                TlsConfig.off(), CallSettings.defaults(), StaticEndpoints.none());
    }

    /** The same on another port; 0 takes any free one. */
    public GatewayConfig onPort(int other) {
        return new GatewayConfig(host, other, requestTimeout, drainTimeout, heartbeat, http, corsOrigins, memoryBytes,
                registry, tls, stages, endpoints);
    }

    /** The same with other manners towards stages. */
    public GatewayConfig withStages(CallSettings other) {
        return new GatewayConfig(host, port, requestTimeout, drainTimeout, heartbeat, http, corsOrigins, memoryBytes,
                registry, tls, other, endpoints);
    }

    HttpSettings settings() {
        return new HttpSettings(http, requestTimeout, heartbeat, corsOrigins);
    }
}
