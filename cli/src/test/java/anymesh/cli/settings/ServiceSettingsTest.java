// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.BackboneConfig;
import anymesh.cli.EmbeddedMesh;
import anymesh.gateway.GatewayConfig;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceSettingsTest {
    @TempDir
    private Path folder;

    private Path file(String name, String yaml) throws IOException {
        return Files.writeString(folder.resolve(name), yaml);
    }

    private static GatewayConfig gateway(ServiceSettings settings) {
        return settings.gateway(GatewayConfig.class, GatewayConfig.defaults());
    }

    @Test
    void aFolderConfiguresEachServiceThatHasAFileInIt() throws IOException {
        file("gateway.yaml", "port: 9000\ncorsOrigins: [https://a.example.org]\n");
        file("backbone.yaml", "stage: {drainTimeout: PT7S}\n");
        var settings = new ServiceSettings(folder, Map.of());
        assertThat(gateway(settings).port()).isEqualTo(9000);
        assertThat(gateway(settings).corsOrigins()).containsExactly("https://a.example.org");
        var backbone = settings.stage("backbone", BackboneConfig.class, BackboneConfig.defaults());
        assertThat(backbone.stage().drainTimeout()).hasSeconds(7);
        assertThat(settings.file("encoder")).isEmpty();
    }

    @Test
    void aFileIsTheGatewaysAndTheEnvironmentGoesOverIt() throws IOException {
        var yaml = file("mine.yaml", "port: 9000\nheartbeat: PT1S\n");
        var settings = new ServiceSettings(yaml, Map.of("ANYMESH_PORT", "9001", "ANYMESH_STAGE_DRAINTIMEOUT", "PT9S"));
        assertThat(gateway(settings).port()).isEqualTo(9001);
        assertThat(gateway(settings).heartbeat()).hasSeconds(1);
        assertThat(settings.file("backbone")).isEmpty();
        assertThat(settings.stage("backbone", BackboneConfig.class, BackboneConfig.defaults()).stage().drainTimeout())
                .hasSeconds(9);
    }

    @Test
    void stagesAreToldOfTlsAsTheGatewayIs() {
        var settings = new ServiceSettings(null, Map.of("ANYMESH_TLS_CA", "ca.pem", "ANYMESH_PORT", "1"));
        assertThat(settings.forStage("encoder")).containsExactly(Map.entry("ANYMESH_STAGE_TLS_CA", "ca.pem"));
        assertThat(settings.stage("backbone", BackboneConfig.class, BackboneConfig.defaults()).stage().tls().ca())
                .hasToString("ca.pem");
    }

    @Test
    void whatAStageIsToldOfItsOwnGoesOverWhatAllAreTold() {
        var settings = new ServiceSettings(null, Map.of("ANYMESH_DRAINTIMEOUT", "PT20S", "ANYMESH_LAMEDUCK", "PT2S",
                "ANYMESH_STAGE_DRAINTIMEOUT", "PT9S"));
        assertThat(settings.forStage("encoder")).containsExactly(Map.entry("ANYMESH_STAGE_LAMEDUCK", "PT2S"));
        var backbone = settings.stage("backbone", BackboneConfig.class, BackboneConfig.defaults()).stage();
        assertThat(backbone.drainTimeout()).hasSeconds(9);
        assertThat(backbone.lameDuck()).hasSeconds(2);
        assertThat(gateway(settings).drainTimeout()).hasSeconds(20);
    }

    @Test
    void aMeshInOneProcessEndsAsItsGatewayIsConfigured() throws IOException {
        var yaml = file("mine.yaml", "drainTimeout: PT0.5S\n"); // less than the lame duck of a process, which it is not
        assertThat(EmbeddedMesh.gateway(new ServiceSettings(yaml, Map.of())).drainTimeout()).hasMillis(500);
        assertThat(EmbeddedMesh.gateway(new ServiceSettings(yaml, Map.of("ANYMESH_DRAINTIMEOUT", "PT2M")))
                .drainTimeout()).hasMinutes(2);
    }

    @Test
    void whatCannotBeIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> new ServiceSettings(folder.resolve("nowhere"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere");
        var elsewhere = new ServiceSettings(null, Map.of("ANYMESH_REGISTRY_KIND", "CONSUL"));
        assertThatThrownBy(() -> EmbeddedMesh.start(folder, 0, elsewhere, new InMemoryStageRegistry(),
                new InMemoryMeshStore()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("--processes");
    }
}
