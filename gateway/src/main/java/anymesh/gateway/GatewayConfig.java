// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.client.CallSettings;
import anymesh.gateway.fetch.FetchConfig;
import anymesh.gateway.http.HttpLimits;
import anymesh.gateway.http.HttpSettings;
import anymesh.gateway.http.MediaUrlsConfig;
import anymesh.gateway.jobs.JobsConfig;
import anymesh.gateway.keys.KeysConfig;
import anymesh.kit.config.Durations;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.tls.TlsConfig;
import java.time.Duration;
import java.util.List;

/**
 * The gateway's configuration; {@code config/gateway.yaml} explains every key.
 *
 * @param lameDuck when it is told to go: how long it says so and serves on, until balancers have heard of it
 * @param drainTimeout within how long it is gone then, {@code lameDuck} included
 * @param scaleImages whether a picture is scaled to a size that no generator has; else such a size is refused
 * @param memoryBytes embeddings in relay, for all requests together
 * @param mediaCacheBytes of these, embeddings of media that are kept for the next question about them; 0: none
 */
public record GatewayConfig(String host, int port, Duration requestTimeout, Duration maxWait, Duration lameDuck,
        Duration drainTimeout,
        Duration heartbeat, HttpLimits http, List<String> corsOrigins, boolean playground, boolean scaleImages,
        HttpsConfig https, KeysConfig keys, long memoryBytes, long mediaCacheBytes,
        RegistryConfig registry,
        TlsConfig tls,
        CallSettings stages, JobsConfig jobs, MediaUrlsConfig mediaUrls, FetchConfig fetch, StaticEndpoints endpoints) {
    public GatewayConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: %d (expected: 0 to 65535)".formatted(port));
        }
        Durations.requirePositive("requestTimeout", requestTimeout);
        Durations.requirePositive("heartbeat", heartbeat);
        if (maxWait.isNegative()) {
            throw new IllegalArgumentException("maxWait: %s (expected: >= 0)".formatted(maxWait));
        }
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
        if (mediaCacheBytes < 0 || mediaCacheBytes > memoryBytes / 2) {
            throw new IllegalArgumentException("mediaCacheBytes: %d (expected: 0 to half of memoryBytes, %d)"
                    .formatted(mediaCacheBytes, memoryBytes / 2));
        }
        corsOrigins = List.copyOf(corsOrigins);
    }

    /** Loopback only, no web pages but the playground, two minutes for a request. */
    public static GatewayConfig defaults() {
        return new GatewayConfig("127.0.0.1", 8080, Duration.ofSeconds(120), Duration.ofSeconds(120),
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(15), HttpLimits.defaults(), List.of(), true, false, HttpsConfig.off(),
                KeysConfig.defaults(), 256L << 20, 32L << 20,
                RegistryConfig.defaults(),
                TlsConfig.off(), CallSettings.defaults(), JobsConfig.defaults(), MediaUrlsConfig.defaults(),
                FetchConfig.defaults(), StaticEndpoints.none());
    }

    /** The same on another port; 0 takes any free one. */
    public GatewayConfig onPort(int other) {
        return new GatewayConfig(host, other, requestTimeout, maxWait, lameDuck, drainTimeout, heartbeat, http,
                corsOrigins,
                playground, scaleImages, https, keys, memoryBytes, mediaCacheBytes,
                registry, tls, stages, jobs, mediaUrls, fetch, endpoints);
    }

    /** The same with this time for a request, all of which it may wait. */
    public GatewayConfig withRequestTimeout(Duration other) {
        return new GatewayConfig(host, port, other, other, lameDuck, drainTimeout, heartbeat, http, corsOrigins,
                playground, scaleImages, https, keys, memoryBytes, mediaCacheBytes, registry, tls, stages, jobs,
                mediaUrls, fetch,
                endpoints);
    }

    /** The same with other manners towards stages. */
    public GatewayConfig withStages(CallSettings other) {
        return new GatewayConfig(host, port, requestTimeout, maxWait, lameDuck, drainTimeout, heartbeat, http,
                corsOrigins,
                playground, scaleImages, https, keys, memoryBytes, mediaCacheBytes,
                registry, tls, other, jobs, mediaUrls, fetch, endpoints);
    }

    /** The same with other jobs. */
    public GatewayConfig withJobs(JobsConfig other) {
        return new GatewayConfig(host, port, requestTimeout, maxWait, lameDuck, drainTimeout, heartbeat, http,
                corsOrigins,
                playground, scaleImages, https, keys, memoryBytes, mediaCacheBytes, registry, tls, stages, other,
                mediaUrls, fetch,
                endpoints);
    }

    /** The same with other times for its end. */
    public GatewayConfig withEnd(Duration newLameDuck, Duration newDrainTimeout) {
        return new GatewayConfig(host, port, requestTimeout, maxWait, newLameDuck, newDrainTimeout, heartbeat, http,
                corsOrigins, playground, scaleImages, https, keys, memoryBytes, mediaCacheBytes, registry, tls, stages,
                jobs, mediaUrls,
                fetch,
                endpoints);
    }

    /** The same where nobody has to hear first that it goes. */
    public GatewayConfig withoutLameDuck() {
        return withEnd(Duration.ZERO, drainTimeout);
    }

    /** Those who have to be asked what they are: nobody where Consul says it. */
    List<StaticEndpoints.Endpoint> watched() {
        return registry.kind() == RegistryConfig.Kind.STATIC ? endpoints.all() : List.of();
    }

    HttpSettings settings() {
        return new HttpSettings(http, requestTimeout, maxWait, heartbeat, corsOrigins, playground, https.serves(),
                mediaUrls);
    }
}
