// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.catalogue.ServiceKind;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is in {@code k8s/}, held against a real API server; {@link ManifestSettingsIT} holds it against the services' own code. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManifestsIT {
    private static final List<String> FOLDERS = List.of("base", "overlays/test", "overlays/production", "overlays/gpu");
    private static final String THREADS = "ANYMESH_STAGE_ONNX_INTRAOPTHREADS";

    private static KubeCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = KubeCluster.start();
        // A trial changes nothing, so the namespace that the rest goes into has to be there, and the accounts of its pods.
        var base = KubeCluster.render("base");
        cluster.apply(new Manifests(Stream.of("Namespace", "ServiceAccount", "Role", "RoleBinding")
                .flatMap(kind -> base.of(kind).stream()).toList())).expectSuccess();
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    static List<String> folders() {
        return FOLDERS;
    }

    @Test
    void everyOverlayIsTested() throws Exception {
        try (var folders = Files.list(Python.ROOT.resolve("k8s/overlays"))) {
            assertThat(folders.map(folder -> "overlays/" + folder.getFileName()))
                    .containsExactlyInAnyOrderElementsOf(FOLDERS.subList(1, FOLDERS.size()));
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void anApiServerTakesIt(String folder) throws Exception {
        var directory = Python.ROOT.resolve("k8s").resolve(folder).toString();
        var ended = cluster.kubectl("apply", "--server-side", "--dry-run=server", "-k", directory);
        assertThat(ended.expectSuccess().lines()).hasSize(KubeCluster.render(folder).objects().size());
        assertThat(ended.err()).as("warnings, such as of the Pod Security standard").isEmpty();
    }

    @Test
    void anApiServerRefusesWhatIsWrong() throws Exception {
        var base = KubeCluster.render("base");
        var typo = new Manifests(List.of(base.one("Deployment", "encoder").deepCopy()));
        typo.objects().getFirst().withObject("/spec/strategy/rollingUpdate").put("maxSurges", 1);
        var refused = cluster.apply(typo, "--dry-run=server");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("maxSurges", "not declared in schema");

        var negative = new Manifests(List.of(base.one("PodDisruptionBudget", "encoder").deepCopy()));
        negative.objects().getFirst().withObject("/spec").put("maxUnavailable", -1);
        refused = cluster.apply(negative, "--dry-run=server");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("maxUnavailable", "greater than or equal to 0");
    }

    @Test
    void thereIsEveryServiceAndEachByAllThatItNeeds() throws Exception {
        assertThat(MeshService.stages()).extracting(MeshService::name)
                .containsExactlyInAnyOrderElementsOf(ServiceKind.NAMES);
        var names = MeshService.all().stream().map(MeshService::name).toList();
        var base = KubeCluster.render("base");
        for (var kind : List.of("Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget",
                "ServiceAccount")) {
            assertThat(base.of(kind)).as(kind).extracting(Manifests::name).containsExactlyInAnyOrderElementsOf(names);
        }
        for (var name : names) {
            var deployment = base.one("Deployment", name);
            var labels = Manifests.labels(deployment.at("/spec/template/metadata/labels"));
            for (var selector : List.of(deployment.at("/spec/selector/matchLabels"),
                    base.one("Service", name).at("/spec/selector"),
                    base.one("PodDisruptionBudget", name).at("/spec/selector/matchLabels"))) {
                assertThat(Manifests.labels(selector)).as(name).isEqualTo(
                        Map.of("app.kubernetes.io/name", name));
                assertThat(labels).containsAllEntriesOf(Manifests.labels(selector));
            }
            assertThat(base.one("HorizontalPodAutoscaler", name).at("/spec/scaleTargetRef/name").asText())
                    .isEqualTo(name);
            assertThat(deployment.at("/spec/template/spec/serviceAccountName").asText()).isEqualTo(name);
            assertThat(deployment.at("/spec").has("replicas")).as("replicas are the autoscaler's").isFalse();
        }
        for (var stage : MeshService.stages()) {
            var service = base.one("Service", stage.name());
            assertThat(service.at("/spec/clusterIP").asText()).isEqualTo("None");
            assertThat(Manifests.labels(service.at("/metadata/labels"))).containsEntry("anymesh.io/service",
                    stage.name());
        }
    }

    /** What is tested is what is published. */
    @Test
    void theTestOverlayDiffersOnlyInSizesImagesAndTheAutoscalersPace() throws Exception {
        var base = KubeCluster.render("base");
        var test = KubeCluster.render("overlays/test");
        assertThat(test.byName()).isNotEqualTo(base.byName());
        assertThat(withoutWhatMayDiffer(test)).isEqualTo(withoutWhatMayDiffer(base));

        double cores = 0;
        for (var deployment : test.of("Deployment")) {
            var container = Manifests.container(deployment);
            assertThat(container.path("image").asText()).isEqualTo("localhost/" + Manifests
                    .container(base.one("Deployment", Manifests.name(deployment))).path("image").asText());
            cores += cores(container.at("/resources/requests/cpu").asText());
        }
        assertThat(cores).as("cores that all pods ask for").isPositive().isLessThan(2);
    }

    private static double cores(String quantity) {
        return quantity.endsWith("m")
                ? Double.parseDouble(quantity.substring(0, quantity.length() - 1)) / 1000
                : Double.parseDouble(quantity);
    }

    private static Map<String, ObjectNode> withoutWhatMayDiffer(Manifests manifests) {
        var copy = manifests.copy();
        for (var deployment : copy.of("Deployment")) {
            var container = Manifests.container(deployment);
            container.remove(List.of("resources", "image"));
            var environment = (ArrayNode) container.path("env");
            for (int i = environment.size() - 1; i >= 0; i--) {
                if (environment.get(i).path("name").asText().equals(THREADS)) {
                    environment.remove(i);
                }
            }
        }
        copy.of("HorizontalPodAutoscaler").forEach(autoscaler -> autoscaler.withObject("/spec").remove("behavior"));
        return copy.byName();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void noPodIsRootWritesItsRootOrHasAToken(String folder) throws Exception {
        var manifests = KubeCluster.render(folder);
        for (var deployment : manifests.of("Deployment")) {
            var name = Manifests.name(deployment);
            var pod = Manifests.pod(deployment);
            // The namespace says "restricted", which an API server enforces when it is asked for a pod.
            cluster.kubectl(new Manifests(List.of(pod)), "create", "--dry-run=server", "-f", "-")
                    .expectSuccess();
            assertThat(pod.at("/spec/securityContext/runAsUser").asInt()).as(name).isEqualTo(65_532);
            assertThat(pod.at("/spec/securityContext/runAsGroup").asInt()).as(name).isEqualTo(65_532);
            var container = Manifests.container(deployment).path("securityContext");
            assertThat(container.path("readOnlyRootFilesystem").asBoolean()).as(name).isTrue();
            assertThat(container.has("runAsUser")).as(name).isFalse();
            for (var volume : pod.at("/spec/volumes")) {
                assertThat(volume.properties()).as(name).extracting(Map.Entry::getKey)
                        .isSubsetOf("name", "emptyDir", "secret");
            }
            boolean asksTheApiServer = name.equals(MeshService.GATEWAY);
            var token = pod.at("/spec/automountServiceAccountToken");
            assertThat(token.isBoolean()).as(name + " says whether it has a token").isTrue();
            assertThat(token.asBoolean()).as(name).isEqualTo(asksTheApiServer);
            assertThat(manifests.one("ServiceAccount", name).path("automountServiceAccountToken").asBoolean(true))
                    .as(name).isFalse();
        }
    }

    @Test
    void anApiServerRefusesAPodThatMayBecomeRoot() throws Exception {
        var pod = Manifests.pod(KubeCluster.render("base").one("Deployment", "encoder"));
        pod.withObject("/spec/securityContext").put("runAsUser", 0).remove("runAsNonRoot");
        var refused = cluster.kubectl(new Manifests(List.of(pod)), "create", "--dry-run=server", "-f", "-");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("violates PodSecurity \"restricted");
    }

    @Test
    void gatewaysMayDoWhatTheyNeedAtTheApiServerAndStagesNothing() throws Exception {
        for (var right : List.of("watch endpointslices.discovery.k8s.io", "create leases.coordination.k8s.io",
                "delete configmaps", "watch deployments.apps", "update deployments.apps --subresource=scale")) {
            assertThat(may(MeshService.GATEWAY, right)).as(right).isTrue();
            assertThat(may("encoder", right)).as("encoder: " + right).isFalse();
        }
        for (var right : List.of("get secrets", "patch configmaps", "create pods", "create pods --subresource=exec",
                "update deployments.apps/encoder", "delete deployments.apps/encoder",
                "create deployments.apps", "get configmaps --namespace=kube-system", "list namespaces",
                "update endpointslices.discovery.k8s.io", "create rolebindings.rbac.authorization.k8s.io")) {
            assertThat(may(MeshService.GATEWAY, right)).as(right).isFalse();
        }
    }

    private static boolean may(String account, String right) throws Exception {
        var command = new ArrayList<>(List.of("auth", "can-i", "--namespace=" + KubeCluster.NAMESPACE,
                "--as=system:serviceaccount:%s:%s".formatted(KubeCluster.NAMESPACE, account)));
        command.addAll(List.of(right.split(" ", -1)));
        var answer = cluster.kubectl(command.toArray(String[]::new));
        assertThat(answer.out().strip()).as(answer.err()).isIn("yes", "no");
        return answer.out().strip().equals("yes");
    }

    /** {@code OperationsIT} holds the dashboard against what is exported. */
    @Test
    void autoscalersAskForMetricsThatThereAre() throws Exception {
        var dashboard = Files.readString(Python.ROOT.resolve("ops/grafana/anymesh.json"));
        for (var autoscaler : KubeCluster.render("base").of("HorizontalPodAutoscaler")) {
            var metric = autoscaler.at("/spec/metrics/0/external/metric");
            assertThat(dashboard).contains(metric.path("name").asText());
            assertThat(metric.at("/selector/matchLabels/service").asText()).isEqualTo(Manifests.name(autoscaler));
        }
    }

    @Test
    void aModelHasAsManyThreadsAsItsLimitHasCores() throws Exception {
        for (var folder : FOLDERS) {
            for (var stage : MeshService.stages()) {
                var deployment = KubeCluster.render(folder).one("Deployment", stage.name());
                assertThat(Manifests.environment(deployment).get(THREADS)).as(folder + " " + stage.name())
                        .isEqualTo(Manifests.container(deployment).at("/resources/limits/cpu").asText());
            }
        }
    }

    @Test
    void kedaScalesAsTheAutoscalersThatItReplaces() throws Exception {
        var with = KubeCluster.renderWith("keda");
        var base = KubeCluster.render("base");
        assertThat(with.of("HorizontalPodAutoscaler")).isEmpty();
        assertThat(with.of("ScaledObject")).hasSameSizeAs(base.of("HorizontalPodAutoscaler"));
        for (var scaled : with.of("ScaledObject")) {
            var replaced = base.one("HorizontalPodAutoscaler", Manifests.name(scaled)).path("spec");
            var spec = scaled.path("spec");
            assertThat(spec.at("/scaleTargetRef/name")).isEqualTo(replaced.at("/scaleTargetRef/name"));
            assertThat(spec.path("minReplicaCount")).isEqualTo(replaced.path("minReplicas"));
            assertThat(spec.path("maxReplicaCount")).isEqualTo(replaced.path("maxReplicas"));
            assertThat(spec.at("/advanced/horizontalPodAutoscalerConfig/behavior"))
                    .isEqualTo(replaced.path("behavior"));
            var external = replaced.at("/metrics/0/external");
            assertThat(spec.at("/triggers/0/metadata/threshold")).isEqualTo(external.at("/target/averageValue"));
            assertThat(spec.at("/triggers/0/metadata/query").asText()).isEqualTo(
                    "sum(%s{namespace=\"anymesh\", service=\"%s\"})".formatted(
                            external.at("/metric/name").asText(), Manifests.name(scaled)));
        }
    }

    @Test
    void theOperatorsAlertsAreTheOnesInOps() throws Exception {
        JsonNode alerts = new YAMLMapper().readTree(Python.ROOT.resolve("ops/prometheus/alerts.yaml").toFile());
        assertThat(KubeCluster.renderWith("prometheus-operator").one("PrometheusRule", "anymesh").path("spec"))
                .isEqualTo(alerts);
    }

    @Test
    void anApiServerTakesAGatewayWithJobsToo() throws Exception {
        var with = KubeCluster.renderWith("jobs");
        cluster.apply(with, "--dry-run=server").expectSuccess();
        var pod = Manifests.pod(with.one("Deployment", MeshService.GATEWAY));
        cluster.kubectl(new Manifests(List.of(pod)), "create", "--dry-run=server", "-f", "-").expectSuccess();
    }

    /** The types that Kubernetes does not bring, from the modules in which their makers publish them. */
    @ParameterizedTest
    @ValueSource(strings = {
        "keda github.com/kedacore/keda/v2@v2.17.2 config/crd/bases/keda.sh_scaledobjects.yaml",
        "gateway-api sigs.k8s.io/gateway-api@v1.6.3 config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
        "prometheus-operator github.com/prometheus-operator/prometheus-operator@v0.84.0 "
                + "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml "
                + "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"})
    void anApiServerWithItsTypesTakesAComponent(String wanted) throws Exception {
        var words = wanted.split(" ", -1);
        var module = module(words[1]);
        var kinds = new TreeSet<String>();
        for (int i = 2; i < words.length; i++) {
            var types = Manifests.parse(Files.readString(module.resolve(words[i])));
            cluster.apply(types).expectSuccess();
            for (var type : types.objects()) {
                kinds.add(type.at("/spec/names/kind").asText());
                cluster.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd/" + Manifests.name(type))
                        .expectSuccess();
            }
        }
        var component = new Manifests(KubeCluster.renderWith(words[0]).objects().stream()
                .filter(object -> kinds.contains(object.path("kind").asText())).toList());
        assertThat(component.objects()).extracting(object -> object.path("kind").asText()).containsAll(kinds);
        cluster.apply(component, "--dry-run=server").expectSuccess();

        var wrong = component.copy();
        wrong.objects().getFirst().withObject("/spec").put("noSuchField", 1);
        var refused = cluster.apply(wrong, "--dry-run=server");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("noSuchField");
    }

    private static Path module(String name) throws Exception {
        Process go;
        try {
            go = new ProcessBuilder("go", "mod", "download", "-json", name).start();
        } catch (IOException e) {
            KubeCluster.missing("Go, to fetch " + name);
            throw e;
        }
        var answer = MeshClient.JSON.readTree(go.getInputStream().readAllBytes());
        if (go.waitFor() != 0) {
            KubeCluster.missing(name + ": " + answer.path("Error").asText());
        }
        return Path.of(answer.path("Dir").asText());
    }
}
