// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** The API reference: what is served as an OpenAPI document at {@code /openapi.json}, and Swagger UI to read it at {@code /docs}. */
final class DocsRoute {
    static final String DOCUMENT = "/openapi.json";
    private static final String FOLDER = "/anymesh/gateway/docs";
    private static final String LABEL = "docs";

    /** Swagger UI draws with styles in its markup, and its icons are data URLs. */
    private static final List<String> POLICY = List.of("default-src 'none'", "script-src 'self'",
            "style-src 'self' 'unsafe-inline'", "connect-src 'self'", "img-src 'self' data: blob:",
            "media-src data: blob:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'");

    private DocsRoute() {}

    /** The rows that serve the page. */
    static List<Route> pages() {
        String library = "/META-INF/resources/webjars/swagger-ui/" + version();
        var files = new PageFiles(List.of(PageFile.read(FOLDER, "index.html"), PageFile.read(FOLDER, "docs.css"),
                PageFile.read(FOLDER, "docs.js"), PageFile.read(library, "swagger-ui.css"),
                PageFile.read(library, "swagger-ui-bundle.js")), POLICY);
        return List.of(files.at("/docs", "index.html", LABEL), files.below("/docs/", LABEL));
    }

    private static String version() {
        try (var in = DocsRoute.class
                .getResourceAsStream("/META-INF/maven/org.webjars/swagger-ui/pom.properties")) {
            var properties = new Properties();
            properties.load(Objects.requireNonNull(in, "the class path lacks swagger-ui"));
            return Objects.requireNonNull(properties.getProperty("version"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The row that serves the document of this table and of itself. */
    static Route document(List<Route> table) {
        var file = PageFile.of("openapi.json", "application/json", OpenApi.document(table));
        return new PageFiles(List.of(file), List.of("default-src 'none'", "frame-ancestors 'none'"))
                .at(DOCUMENT, file.name(), LABEL);
    }
}
