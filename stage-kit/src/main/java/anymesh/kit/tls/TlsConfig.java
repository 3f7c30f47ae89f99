// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.tls;

import java.time.Duration;

/**
 * Mutual TLS on gRPC, with PEM files.
 *
 * @param ca who signs the certificates of this mesh: both sides must show one
 * @param certificate this process's certificate, for the host under which it is reached, with its {@code key}
 * @param reloadEvery how often the files are looked at; new ones serve new connections
 */
public record TlsConfig(boolean enabled, String ca, String certificate, String key, Duration reloadEvery) {

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
        return new TlsConfig(false, "", "", "", Duration.ofSeconds(10));
    }
}
