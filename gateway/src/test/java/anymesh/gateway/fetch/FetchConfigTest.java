// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FetchConfigTest {
    private static FetchConfig hosts(String... hosts) {
        return new FetchConfig(true, List.of(hosts), 1, Duration.ofSeconds(1), 0, 4);
    }

    @Test
    void itIsOffByDefault() {
        assertThat(FetchConfig.defaults().enabled()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"example.org,true", "a.example.org,false", "example.net,false", "cdn.example.net,true",
        "a.cdn.example.net,true", "evilexample.org,false", "evil-example.net,false", "example.org.example.com,false"})
    void onlyTheHostsThatItNamesAreAllowed(String host, boolean allowed) {
        assertThat(hosts("example.org", "*.example.net").allows(host)).isEqualTo(allowed);
        assertThat(hosts().allows(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "Example.org", "https://example.org", "*", "*.",
        "a.*.example.org", ""})
    void aHostThatNoUrlCouldHaveIsRefusedByName(String host) {
        assertThatThrownBy(() -> hosts(host)).hasMessageContaining("fetch.hosts");
    }
}
