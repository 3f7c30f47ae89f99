// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.kit.config.Durations;
import anymesh.kit.config.ServerUrl;
import java.time.Duration;

/**
 * URLs under which this gateway hands out what was made; {@code config/gateway.yaml} explains every key.
 *
 * @param publicUrl where clients reach the gateways, such as {@code https://api.example.org}; empty if requests say so
 * @param trustForwarded whether {@code x-forwarded-proto} and {@code x-forwarded-host} of requests are a proxy's own
 * @param keepFor how long such a URL leads to something
 */
public record MediaUrlsConfig(String publicUrl, boolean trustForwarded, Duration keepFor) {
    public MediaUrlsConfig {
        if (!publicUrl.isEmpty()
                && ServerUrl.of(publicUrl).filter(uri -> uri.getRawFragment() == null).isEmpty()) {
            throw new IllegalArgumentException(
                    "mediaUrls.publicUrl: '%s' (expected: https://host, perhaps with a port and a path)"
                            .formatted(publicUrl));
        }
        publicUrl = publicUrl.endsWith("/") ? publicUrl.substring(0, publicUrl.length() - 1) : publicUrl;
        Durations.requirePositive("mediaUrls.keepFor", keepFor);
    }

    public static MediaUrlsConfig defaults() {
        return new MediaUrlsConfig("", false, Duration.ofHours(1));
    }
}
