// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The dashboard and the alerts speak of metrics that a running mesh really exports. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class OperationsIT {
    private static final Pattern METRIC = Pattern.compile("\\b(?:anymesh|jvm)_[a-z0-9_]+\\b");
    private static final String TRACE = "11112222333344445555666677778888";

    private static OtlpReceiver receiver;
    private static EmbeddedMesh mesh;
    private static Set<String> exported;
    private static String openMetrics;

    @BeforeAll
    static void ask() throws Exception {
        receiver = new OtlpReceiver();
        System.setProperty("otel.exporter.otlp.endpoint", receiver.endpoint());
        try {
            mesh = EmbeddedMesh.start(Python.ROOT, 0);
        } finally {
            System.clearProperty("otel.exporter.otlp.endpoint");
        }
        try (var http = HttpClient.newHttpClient()) {
            // One request only: a bucket keeps its first exemplar for seconds.
            var traced = HttpRequest.newBuilder(URI.create(mesh.url() + "/v1/chat/completions"))
                    .header("content-type", "application/json")
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            "{\"model\":\"toyworld\",\"messages\":[{\"role\":\"user\",\"content\":\"draw a red bell at the top left\"}]}"))
                    .build();
            assertThat(http.send(traced, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            // What is said of a swap is said while it goes on.
            var swap = mesh.control().swap(MeshClient.JSON.createObjectNode().put("modality", "image")
                    .put("hold", "PT5M")
                    .put("bundle", Python.ROOT.resolve("models/toyworld/generator-image-2.0.0").toString()));
            assertThat(swap.path("candidate").get(0).asText()).isEqualTo("generator-image=toyworld@2.0.0");
            exported = new TreeSet<>();
            openMetrics = scrape(http, mesh.url(), "application/openmetrics-text");
            names(scrape(http, mesh.url(), "text/plain"));
            for (var instance : mesh.registry().snapshot()) {
                names(scrape(http, "http://127.0.0.1:" + instance.httpPort(), "text/plain"));
            }
        }
    }

    @AfterAll
    static void stop() {
        mesh.close();
        receiver.close();
    }

    private static String scrape(HttpClient http, String url, String accept) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + "/metrics")).header("accept", accept).build();
        var response = http.send(request, BodyHandlers.ofString());
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith(accept);
        return response.body();
    }

    private static void names(String text) {
        text.lines().filter(line -> !line.startsWith("#")).map(line -> line.split("[{ ]", 2)[0])
                .forEach(exported::add);
    }

    private static List<String> expressions(JsonNode tree) {
        return tree.findValuesAsText("expr");
    }

    private static void assertExported(List<String> expressions) {
        assertThat(expressions).isNotEmpty().allSatisfy(expression -> {
            var named = METRIC.matcher(expression).results().map(result -> result.group()).toList();
            assertThat(named).as(expression).isNotEmpty();
            assertThat(exported).as(expression).containsAll(named);
        });
    }

    @Test
    void everyPanelShowsMetricsThatAreExported() throws Exception {
        var dashboard = MeshClient.JSON.readTree(Python.ROOT.resolve("ops/grafana/anymesh.json").toFile());
        assertThat(dashboard.path("panels").size()).isGreaterThan(10);
        for (var panel : dashboard.path("panels")) {
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("targets")).as(panel.path("title").asText()).isNotEmpty();
        }
        assertExported(expressions(dashboard));
    }

    @Test
    void everyAlertLooksAtMetricsThatAreExportedAndSaysWhatItMeans() throws Exception {
        var alerts = new YAMLMapper().readTree(Python.ROOT.resolve("ops/prometheus/alerts.yaml").toFile());
        var rules = new ArrayList<JsonNode>();
        alerts.path("groups").forEach(group -> group.path("rules").forEach(rules::add));
        assertThat(rules).hasSizeGreaterThan(4).allSatisfy(rule -> {
            assertThat(rule.path("alert").asText()).startsWith("Anymesh");
            assertThat(rule.path("labels").path("severity").asText()).isIn("page", "warn");
            assertThat(rule.path("annotations").path("summary").asText()).isNotBlank();
        });
        assertExported(expressions(alerts));
    }

    @Test
    void whatIsMeasuredLeadsToItsTrace() {
        assertThat(openMetrics.lines().filter(line -> line.contains("# {") && line.contains(TRACE)))
                .as("exemplars").anyMatch(line -> line.startsWith("anymesh_gateway_requests_seconds_bucket"))
                .anyMatch(line -> line.startsWith("anymesh_gateway_stage_seconds_bucket"));
    }
}
