// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.kit.config.Durations;
import java.time.Duration;

/**
 * The certificate that the API shows to its clients; without one it is plain HTTP.
 *
 * @param certificate PEM file of the certificate and those that lead from it to its authority
 * @param key PEM file of its key, PKCS#8
 * @param reloadEvery how often the files are looked at; new ones serve new connections
 */
public record HttpsConfig(String certificate, String key, Duration reloadEvery) {
    public HttpsConfig {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException("https.certificate and https.key (expected: both, or neither)");
        }
        Durations.requirePositive("https.reloadEvery", reloadEvery);
    }

    /** Plain HTTP, as it suits loopback and a proxy in front. */
    public static HttpsConfig off() {
        return new HttpsConfig("", "", Duration.ofSeconds(10));
    }

    /** Whether clients connect by TLS. */
    public boolean serves() {
        return !certificate.isEmpty();
    }
}
