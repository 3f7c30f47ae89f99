// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.jobs.JobsConfig;
import anymesh.gateway.media.MediaConfig;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.server.StageRunner;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code k8s/} tells services, and asks of them, held against their own code. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ManifestSettingsIT {
    /** Read by what starts a service and by libraries, not by its configuration. */
    private static final Set<String> OTHER_VARIABLES = Set.of("ANYMESH_LOG",
            "ORT_DISABLE_TELEMETRY", "AWS_SHARED_CREDENTIALS_FILE", "ORT_TENSORRT_ENGINE_CACHE_ENABLE",
            "ORT_TENSORRT_CACHE_PATH");
    /** In a variable's place, what no key of any type can have as its default. */
    private static final String NO_DEFAULT = "no,such\0value";

    @ParameterizedTest
    @MethodSource("anymesh.mesh.ManifestsIT#folders")
    void everyVariableIsAKeyOfItsService(String folder) throws Exception {
        var manifests = KubeCluster.render(folder);
        for (var service : MeshService.all()) {
            var variables = Manifests.environment(manifests.one("Deployment", service.name())).keySet();
            assertThat(variables).filteredOn(variable -> !OTHER_VARIABLES.contains(variable)).as(service.name())
                    .hasSizeGreaterThan(3).allSatisfy(variable -> assertThat(isKey(service, variable)).isTrue());
        }
    }

    @Test
    void aVariableThatIsNoKeyIsFound() {
        assertThat(isKey(MeshService.gateway(), "ANYMESH_DRAINTIMEOUT")).isTrue();
        assertThat(isKey(MeshService.gateway(), "ANYMESH_DRAIN_TIMEOUT")).isFalse();
        assertThat(isKey(MeshService.stages().getFirst(), "ANYMESH_STAGE_INSTANCEID")).isTrue();
        assertThat(isKey(MeshService.stages().getFirst(), "ANYMESH_INSTANCEID")).isFalse();
    }

    /** The loader passes over what it does not know; a key makes a difference, or is refused for what is in it. */
    private static boolean isKey(MeshService service, String variable) {
        var defaults = service.configuration().apply(Map.of()).whole();
        try {
            return !service.configuration().apply(Map.of(variable, NO_DEFAULT)).whole().equals(defaults);
        } catch (IllegalArgumentException refused) {
            return true;
        }
    }

    @ParameterizedTest
    @MethodSource("anymesh.mesh.ManifestsIT#folders")
    void everyServiceTakesItsEnvironmentAndItsProbesReachIt(String folder) throws Exception {
        var manifests = KubeCluster.render(folder);
        for (var service : MeshService.all()) {
            var deployment = manifests.one("Deployment", service.name());
            var environment = Manifests.environment(deployment);
            var configured = service.configuration().apply(environment);
            var spec = deployment.at("/spec/template/spec");
            var lameDuck = service.isStage() ? configured.stage().lameDuck() : configured.gateway().lameDuck();
            var drain = service.isStage() ? configured.stage().drainTimeout() : configured.gateway().drainTimeout();
            assertThat(service.isStage() ? configured.stage().host() : configured.gateway().host())
                    .isEqualTo("0.0.0.0");
            // The longest job may have come at the end of lameDuck, and two seconds are kept for those that are cut off.
            var longest = MeshService.gateway().configuration().apply(Map.of()).gateway().requestTimeout();
            assertThat(drain).isGreaterThanOrEqualTo(lameDuck.plus(longest).plusSeconds(2));
            assertThat(Duration.ofSeconds(spec.path("terminationGracePeriodSeconds").asLong()))
                    .as("what is later than three seconds is killed by others too").isGreaterThan(drain.plusSeconds(3));

            var ports = new HashMap<String, Integer>();
            Manifests.container(deployment).path("ports")
                    .forEach(port -> ports.put(port.path("name").asText(), port.path("containerPort").asInt()));
            assertThat(ports).isEqualTo(service.isStage()
                    ? Map.of("grpc", configured.stage().grpcPort(), "http", configured.stage().httpPort())
                    : Map.of("http", configured.gateway().port()));
            manifests.one("Service", service.name()).at("/spec/ports")
                    .forEach(port -> assertThat(ports).containsKey(port.path("targetPort").asText()));
            for (var probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
                var get = Manifests.container(deployment).at("/" + probe + "/httpGet");
                assertThat(ports.get(get.path("port").asText())).as(service.name() + " " + probe)
                        .isEqualTo(service.httpPort());
            }
        }
    }

    /** Stages are called by their pods' addresses, for which nobody makes certificates. */
    @Test
    void inProductionCertificatesAreForTheNamesOfServices() throws Exception {
        var manifests = KubeCluster.render("overlays/production");
        for (var service : MeshService.all()) {
            var deployment = manifests.one("Deployment", service.name());
            var configured = service.configuration().apply(Manifests.environment(deployment));
            var tls = service.isStage() ? configured.stage().tls() : configured.gateway().tls();
            assertThat(tls.nameOf("generator-image")).as(service.name()).contains("generator-image");
            assertThat(deployment.at("/spec/template/spec/volumes").findValuesAsText("secretName"))
                    .contains(service.name() + "-tls");
        }
    }

    @Test
    void jobsAreOffUnlessTheirComponentSaysWhereTheyAre() throws Exception {
        var gateway = MeshService.gateway();
        assertThat(gateway.configuration().apply(KubeCluster.render("base").environmentWithMaps(gateway.name()))
                .gateway().jobs().kind()).isEqualTo(JobsConfig.Kind.NONE);

        var with = KubeCluster.renderWith("jobs");
        var environment = with.environmentWithMaps(gateway.name());
        assertThat(environment.keySet()).filteredOn(variable -> !OTHER_VARIABLES.contains(variable))
                .allSatisfy(variable -> assertThat(isKey(gateway, variable)).isTrue());
        var jobs = gateway.configuration().apply(environment).gateway().jobs();
        assertThat(jobs.kind()).isEqualTo(JobsConfig.Kind.POSTGRES);
        assertThat(jobs.media().kind()).isEqualTo(MediaConfig.Kind.S3);

        var deployment = with.one("Deployment", gateway.name());
        var mount = StreamSupport.stream(Manifests.container(deployment).path("volumeMounts").spliterator(), false)
                .filter(one -> one.path("name").asText().equals("jobs")).findFirst().orElseThrow();
        assertThat(List.of(jobs.postgres().passwordFile(), environment.get("AWS_SHARED_CREDENTIALS_FILE")))
                .allSatisfy(file -> assertThat(Path.of(file).getParent().toString())
                        .isEqualTo(mount.path("mountPath").asText()));
        assertThat(deployment.at("/spec/template/spec/volumes").findValuesAsText("secretName")).contains("jobs");
    }

    @Test
    void aServiceRefusesABadValue() {
        assertThatThrownBy(() -> MeshService.gateway().configuration().apply(Map.of("ANYMESH_LAMEDUCK", "PT1H")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("lameDuck");
    }

    @Test
    void probesAskForWhatIsAnswered() throws Exception {
        var paths = new TreeSet<String>();
        for (var deployment : KubeCluster.render("base").of("Deployment")) {
            Manifests.container(deployment).findValues("httpGet").forEach(get -> paths.add(get.path("path").asText()));
        }
        assertThat(paths).isNotEmpty();
        var vertx = Vertx.vertx();
        var config = MeshService.stages().getFirst().configuration().apply(Map.of()).stage().onFreePorts();
        try (var stage = StageRunner.open("encoder", config, vertx, new InMemoryStageRegistry());
                var http = HttpClient.newHttpClient()) {
            for (var path : paths) {
                assertThat(status(http, stage.instance().httpPort(), path)).as(path).isIn(200, 503);
            }
            assertThat(status(http, stage.instance().httpPort(), "/health")).isEqualTo(404);
            stage.serve(resources -> {
                throw new IllegalStateException("only its health is asked for");
            });
        } catch (IllegalStateException e) {
            assertThat(e).hasMessage("only its health is asked for");
        } finally {
            Futures.join(vertx.close());
        }
    }

    private static int status(HttpClient http, int port, String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        return http.send(request, BodyHandlers.ofString()).statusCode();
    }
}
