// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/** {@code openapi.yaml} cut to what a gateway serves. */
final class OpenApi {
    private static final String PATHS = "paths";

    private OpenApi() {}

    /** The document as JSON: exactly the operations of this table, every one of which it must know. */
    static byte[] document(List<Route> table) {
        ObjectNode document = read();
        var paths = (ObjectNode) document.path(PATHS);
        var served = new HashSet<String>(Set.of("get " + DocsRoute.DOCUMENT));
        for (Route route : table) {
            String path = path(route.path());
            String method = route.method().name().toLowerCase(Locale.ROOT);
            if (paths.path(path).has(method)) {
                served.add(method + " " + path);
            } else if (!isFolderOfPage(route)) {
                throw new IllegalStateException("openapi.yaml lacks " + method + " " + path);
            }
        }
        paths.properties().forEach(path -> ((ObjectNode) path.getValue()).properties()
                .removeIf(operation -> !served.contains(operation.getKey() + " " + path.getKey())));
        paths.properties().removeIf(path -> path.getValue().isEmpty());
        try {
            return new ObjectMapper().writeValueAsBytes(document);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole document. */
    static ObjectNode read() {
        try (var in = OpenApi.class.getResourceAsStream("/anymesh/gateway/docs/openapi.yaml")) {
            JsonNode document = new YAMLMapper().readTree(Objects.requireNonNull(in));
            return (ObjectNode) document;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As OpenAPI writes a route's path. */
    private static String path(String path) {
        return path.replaceAll(":(\\w+)", "{$1}").replaceAll("/\\*$", "/{id}");
    }

    /** What belongs to a page is no API. */
    private static boolean isFolderOfPage(Route route) {
        return route.path().endsWith("/*") && !route.path().startsWith("/v1/");
    }
}
