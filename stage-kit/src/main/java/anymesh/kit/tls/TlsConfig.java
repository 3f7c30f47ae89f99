// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.tls;

import java.time.Duration;
import java.util.Optional;

/**
 * Mutual TLS on gRPC, with PEM files.
 *
 * @param ca who signs the certificates of this mesh: both sides must show one
 * @param certificate this process's certificate with its {@code key}; a stage's is for what {@code expects} says
 * @param expects what a stage's certificate has to be for; a gateway expects it of each stage that it calls, and a stage
 *     has Consul expect it, which checks the stage's health
 * @param reloadEvery how often the files are looked at; new ones serve new connections
 */
public record TlsConfig(boolean enabled, String ca, String certificate, String key, Expects expects,
        Duration reloadEvery) {

    /**
     * {@link #HOST}: the host that is called. {@link #SERVICE}: the mesh's name of the service that is called, such as
     * {@code generator-image}, as a DNS name, wherever its instances are: in a cluster they are called by addresses of pods,
     * which nobody makes certificates for.
     */
    public enum Expects {
        HOST, SERVICE
    }

    public TlsConfig {
        if (enabled && (ca.isEmpty() || certificate.isEmpty() || key.isEmpty())) {
            throw new IllegalArgumentException("tls.ca, tls.certificate and tls.key (expected: all three)");
        }
        if (!reloadEvery.isPositive()) {
            throw new IllegalArgumentException("tls.reloadEvery: %s (expected: > 0)".formatted(reloadEvery));
        }
    }

    /** Plaintext, as it suits loopback. */
    public static TlsConfig off() {
        return new TlsConfig(false, "", "", "", Expects.HOST, Duration.ofSeconds(10));
    }

    /** What the certificate of a stage of this service has to be for, if that is not the host that is called. */
    public Optional<String> nameOf(String service) {
        return enabled && expects == Expects.SERVICE ? Optional.of(service) : Optional.empty();
    }
}
