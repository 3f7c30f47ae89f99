// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import java.net.URI;
import java.util.Optional;

/** The URL of a server, as configurations have it: {@code https} or {@code http}, without a user and a query. */
public final class ServerUrl {
    private ServerUrl() {}

    /** Empty for a text that is none. */
    public static Optional<URI> of(String text) {
        try {
            return Optional.of(URI.create(text)).filter(uri -> uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getRawUserInfo() == null && uri.getRawQuery() == null);
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
