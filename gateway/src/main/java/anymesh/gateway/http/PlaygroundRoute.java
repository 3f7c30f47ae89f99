// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The playground: a page at {@code /} and its files below {@code /playground/}, from the class path. The page asks this
 * gateway and nobody else, and its policy holds a browser to that.
 */
final class PlaygroundRoute {
    private static final String FOLDER = "/playground/";
    private static final String LABEL = "playground";
    private static final String PAGE = "index.html";

    /** Pictures, sounds and films are shown as they came, in data URLs; nothing is loaded from anywhere else. */
    private static final String POLICY = String.join("; ", "default-src 'none'", "script-src 'self'",
            "style-src 'self'", "connect-src 'self'", "img-src 'self' data: blob:", "media-src data: blob:",
            "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private final Map<String, PlaygroundFile> files;

    private PlaygroundRoute(List<PlaygroundFile> files) {
        this.files = files.stream().collect(Collectors.toUnmodifiableMap(PlaygroundFile::name, file -> file));
    }

    /** The rows that serve the page. */
    static List<Route> all() {
        var playground = new PlaygroundRoute(PlaygroundFile.all());
        return List.of(Route.get("/", LABEL, http -> playground.serve(http, PAGE)),
                Route.get(FOLDER + "*", LABEL, playground::serve));
    }

    private void serve(RoutingContext http) {
        String path = http.normalizedPath();
        serve(http, path.startsWith(FOLDER) ? path.substring(FOLDER.length()) : "");
    }

    private void serve(RoutingContext http, String name) {
        Optional.ofNullable(files.get(name)).ifPresentOrElse(file -> send(http, file),
                () -> ErrorReplies.reply(http.response(), new HttpRefusal(404,
                        "Unknown request URL: " + http.request().method() + " "
                                + Fields.abbreviated(http.normalizedPath()) + ".")));
    }

    private static void send(RoutingContext http, PlaygroundFile file) {
        HttpServerResponse response = http.response()
                .putHeader(HttpHeaders.ETAG, file.etag())
                // Asked for again each time, so that page and gateway are of one version; mostly it is a 304.
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("content-security-policy", POLICY)
                .putHeader("permissions-policy", "microphone=(self), camera=(), geolocation=()")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("x-content-type-options", "nosniff");
        if (file.isKnownBy(http.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, file.type())
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(file.bytes().length())) // for HEAD too
                    .end(file.bytes());
        }
    }
}
