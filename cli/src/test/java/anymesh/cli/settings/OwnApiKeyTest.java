// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which key commands send. */
class OwnApiKeyTest {
    private static final URI GATEWAY = URI.create("http://127.0.0.1/v1/models");

    @Test
    void itIsTheEnvironmentsIfThatHasOne() {
        assertThat(OwnApiKey.request(GATEWAY, Map.of("ANYMESH_API_KEY", "sk-1")).build().headers()
                .firstValue("authorization")).contains("Bearer sk-1");
        assertThat(OwnApiKey.request(GATEWAY, Map.of("ANYMESH_API_KEY", "")).build().headers().map()).isEmpty();
        assertThat(OwnApiKey.request(GATEWAY, Map.of()).build().headers().map()).isEmpty();
    }
}
