// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.kit.config.Durations;
import anymesh.wire.WireLimits;
import java.time.Duration;
import java.util.List;

/**
 * Whether and how URLs of requests are fetched; {@code config/gateway.yaml} explains every key. None of it lets anybody connect
 * to an address that is not public.
 *
 * @param hosts the only ones that are fetched from: names, or {@code *.name} for all below one; empty for any
 * @param maxBytes what one file may have
 * @param timeout what one file may take, from the look-up of its host to its last byte
 * @param maxConcurrent files under way, of all requests together
 */
public record FetchConfig(boolean enabled, List<String> hosts, int maxBytes, Duration timeout, int maxRedirects,
        int maxConcurrent) {
    /** A request gets its files side by side, but does not take all that can be fetched at once. */
    public static final int OF_ONE_REQUEST = 4;

    private static final int MOST_REDIRECTS = 20;

    public FetchConfig {
        hosts = List.copyOf(hosts);
        if (maxBytes < 1 || maxBytes > WireLimits.MAX_MEDIA_BYTES) {
            throw new IllegalArgumentException("fetch.maxBytes: %d (expected: 1 to %d)".formatted(maxBytes,
                    WireLimits.MAX_MEDIA_BYTES));
        }
        Durations.requirePositive("fetch.timeout", timeout);
        if (maxRedirects < 0 || maxRedirects > MOST_REDIRECTS) {
            throw new IllegalArgumentException("fetch.maxRedirects: %d (expected: 0 to %d)".formatted(maxRedirects,
                    MOST_REDIRECTS));
        }
        if (maxConcurrent < OF_ONE_REQUEST) {
            throw new IllegalArgumentException(
                    "fetch.maxConcurrent: %d (expected: at least %d, which one request may take)"
                            .formatted(maxConcurrent, OF_ONE_REQUEST));
        }
        for (String host : hosts) {
            if (!WebUrl.isName(host.startsWith("*.") ? host.substring(2) : host)) {
                throw new IllegalArgumentException(
                        "fetch.hosts: '%s' (expected: a name in small letters, or *.name)".formatted(host));
            }
        }
    }

    /** Off. */
    public static FetchConfig defaults() {
        return new FetchConfig(false, List.of(), WireLimits.MAX_MEDIA_BYTES, Duration.ofSeconds(10), 3, 64);
    }

    /** Whether files of this host are fetched, if it is public. */
    boolean allows(String host) {
        return hosts.isEmpty() || hosts.stream().anyMatch(allowed -> allowed.startsWith("*.")
                ? host.endsWith(allowed.substring(1))
                : host.equals(allowed));
    }
}
