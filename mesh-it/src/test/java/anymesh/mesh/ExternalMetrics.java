// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What autoscalers ask for external metrics, as an adapter to Prometheus would answer it: the API external.metrics.k8s.io by
 * HTTPS. The values are in a file, a JSON object of {@code METRIC{SELECTOR}} and numbers; a question that is not in it is 404.
 * Arguments: the port, the folder of the certificate and its key, and that file.
 */
final class ExternalMetrics {
    static final String GROUP = "external.metrics.k8s.io/v1beta1";
    private static final String VALUES = "/apis/" + GROUP + "/namespaces/" + KubeCluster.NAMESPACE + "/";
    private static final int NOT_FOUND = 404;

    private ExternalMetrics() {}

    public static void main(String[] args) {
        var certificates = Path.of(args[1]);
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(new PemKeyCertOptions()
                .setCertPath(certificates.resolve("apiserver.crt").toString())
                .setKeyPath(certificates.resolve("apiserver.key").toString()));
        Vertx.vertx().createHttpServer(options).requestHandler(request -> answer(request, Path.of(args[2])))
                .listen(Integer.parseInt(args[0])).await();
    }

    private static void answer(HttpServerRequest request, Path file) {
        try {
            if (!request.path().startsWith(VALUES)) { // what the API server asks, to know whether it is there
                reply(request, new JsonObject().put("kind", "APIResourceList").put("apiVersion", "v1")
                        .put("groupVersion", GROUP).put("resources", new JsonArray()));
                return;
            }
            var metric = request.path().substring(VALUES.length());
            var values = new JsonObject(Files.readString(file));
            var value = values.getInteger("%s{%s}".formatted(metric, request.getParam("labelSelector")));
            if (value == null) {
                request.response().setStatusCode(NOT_FOUND).end();
                return;
            }
            reply(request, new JsonObject().put("kind", "ExternalMetricValueList").put("apiVersion", GROUP)
                    .put("items", new JsonArray().add(new JsonObject().put("metricName", metric)
                            .put("timestamp", Instant.now().toString()).put("value", String.valueOf(value)))));
        } catch (IOException e) {
            request.response().setStatusCode(500).end(e.toString());
        }
    }

    private static void reply(HttpServerRequest request, JsonObject answer) {
        request.response().putHeader("content-type", "application/json").end(answer.encode());
    }
}
