// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A page and its files, under a policy that holds a browser to this gateway and nobody else. */
final class PageFiles {
    private final Map<String, PageFile> files;
    private final String policy;

    /** @param policy of its content, as {@code content-security-policy} says it */
    PageFiles(List<PageFile> files, List<String> policy) {
        this.files = files.stream().collect(Collectors.toUnmodifiableMap(PageFile::name, file -> file));
        this.policy = String.join("; ", policy);
    }

    /** The row that serves the files below {@code folder}, which ends with a slash. */
    Route below(String folder, String label) {
        return Route.get(folder + "*", label, http -> {
            String path = http.normalizedPath();
            serve(http, path.startsWith(folder) ? path.substring(folder.length()) : "");
        }).open();
    }

    /** The row that serves one of them as {@code path}. */
    Route at(String path, String name, String label) {
        return Route.get(path, label, http -> serve(http, name)).open();
    }

    private void serve(RoutingContext http, String name) {
        Optional.ofNullable(files.get(name)).ifPresentOrElse(file -> send(http, file),
                () -> ErrorReplies.reply(http.response(), Routes.unknown(http)));
    }

    private void send(RoutingContext http, PageFile file) {
        HttpServerResponse response = http.response()
                .putHeader(HttpHeaders.ETAG, file.etag())
                // Asked for again each time, so that page and gateway are of one version; mostly it is a 304.
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader("content-security-policy", policy)
                .putHeader("permissions-policy", "microphone=(self), camera=(), geolocation=()");
        if (file.isKnownBy(http.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, file.type())
                    .putHeader(HttpHeaders.CONTENT_LENGTH, String.valueOf(file.bytes().length())) // for HEAD too
                    .end(file.bytes());
        }
    }
}
