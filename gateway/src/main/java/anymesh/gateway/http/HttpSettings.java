// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.time.Duration;
import java.util.List;

/**
 * How the API behaves.
 *
 * @param requestTimeout what the whole way of a request may take
 * @param maxWait who would have to wait longer for others is refused at once
 * @param heartbeat how long a stream may be silent before a comment is sent
 * @param corsOrigins the web pages that may use this API; none by default
 * @param playground whether the page at {@code /} is served
 * @param https whether clients connect by TLS
 * @param mediaUrls how media are handed out under URLs
 */
public record HttpSettings(HttpLimits limits, Duration requestTimeout, Duration maxWait, Duration heartbeat,
        List<String> corsOrigins,
        boolean playground, boolean https, MediaUrlsConfig mediaUrls) {
    public HttpSettings {
        corsOrigins = List.copyOf(corsOrigins);
    }
}
