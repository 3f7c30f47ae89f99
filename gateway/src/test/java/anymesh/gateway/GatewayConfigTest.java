// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.config.ConfigLoader;
import anymesh.kit.tls.TlsConfig.Expects;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
    private static final Path YAML = Path.of("config", "gateway.yaml");

    private static GatewayConfig load(Map<String, String> environment) {
        return ConfigLoader.load(GatewayConfig.class, GatewayConfig.defaults(), YAML, environment);
    }

    @Test
    void theFileExplainsTheDefaults() {
        assertThat(load(Map.of())).isEqualTo(GatewayConfig.defaults());
    }

    @Test
    void itListensOnLoopbackOnlyServesNoWebPagesAndFetchesNothing() {
        assertThat(GatewayConfig.defaults().host()).isEqualTo("127.0.0.1");
        assertThat(GatewayConfig.defaults().corsOrigins()).isEmpty();
        assertThat(GatewayConfig.defaults().fetch().enabled()).isFalse();
    }

    @Test
    void theEnvironmentOverridesTheFile() {
        var config = load(Map.of("ANYMESH_HTTP_MAXBODYBYTES", "1024", "ANYMESH_REQUESTTIMEOUT", "PT5S",
                "ANYMESH_ENDPOINTS_GENERATORIMAGE", "a:1,b:2", "ANYMESH_TLS_EXPECTS", "SERVICE",
                "ANYMESH_FETCH_ENABLED", "true", "ANYMESH_FETCH_HOSTS", "a.example.org,*.example.net"));
        assertThat(config.http().maxBodyBytes()).isEqualTo(1024);
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.fetch().enabled()).isTrue();
        assertThat(config.fetch().hosts()).containsExactly("a.example.org", "*.example.net");
        assertThat(config.tls().expects()).isEqualTo(Expects.SERVICE);
        assertThat(config.endpoints().byKey().get("generatorImage")).isEqualTo(List.of("a:1", "b:2"));
        assertThat(config.endpoints().all().stream().map(StaticEndpoints.Endpoint::id))
                .containsExactly("generator-image@a:1", "generator-image@b:2");
    }

    @Test
    void whatCannotBeIsRefusedByName() {
        assertThatThrownBy(() -> load(Map.of("ANYMESH_HTTP_MAXBODYBYTES", "0")))
                .hasMessageContaining("http.maxBodyBytes: 0");
        assertThatThrownBy(() -> load(Map.of("ANYMESH_TLS_EXPECTS", "POD"))).hasMessageContaining("\"POD\"")
                .hasMessageContaining("[HOST, SERVICE]");
        assertThatThrownBy(() -> load(Map.of("ANYMESH_PORT", "70000"))).hasMessageContaining("port: 70000");
        assertThatThrownBy(() -> load(Map.of("ANYMESH_ENDPOINTS_BACKBONE", "nowhere")).endpoints().all())
                .hasMessageContaining("nowhere of backbone (expected: host:port)");
        assertThatThrownBy(() -> new StaticEndpoints(Map.of("generatorSmell", List.of())))
                .hasMessageContaining("unknown key 'endpoints.generatorSmell'").hasMessageContaining("generatorVideo");
    }
}
