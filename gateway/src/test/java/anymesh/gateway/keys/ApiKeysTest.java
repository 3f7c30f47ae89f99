// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys from a file and from the configuration, and who has which. */
class ApiKeysTest {
    private static final String SHOP = ApiKey.random();
    private static final String OPERATORS = ApiKey.random();
    private static final String SHOPS = """
            keys:
              - name: shop
                sha256: %s
            """.formatted(ApiKey.hash(SHOP));
    private static final String BOTH = SHOPS + """
              - name: operators
                sha256: %s
                admin: true
                limits: {requestsPerMinute: 1}
            """.formatted(ApiKey.hash(OPERATORS));

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Futures.join(vertx.close());
    }

    private ApiKeys open(List<String> hashes) {
        return ApiKeys.open(vertx, new KeysConfig(file().toString(), hashes, Duration.ofMillis(20)),
                new SimpleMeterRegistry());
    }

    private Path file() {
        return folder.resolve("keys.yaml");
    }

    private void write(String yaml) throws IOException {
        Files.writeString(file(), yaml);
    }

    private static boolean lets(ApiKeys keys, String key, Access access) {
        try {
            return !keys.caller("Bearer " + key, access).isAnyone();
        } catch (KeyRefused e) {
            return false;
        }
    }

    @Test
    void withoutKeysEverybodyMayDoAll() {
        try (var keys = ApiKeys.open(vertx, KeysConfig.defaults(), new SimpleMeterRegistry())) {
            assertThat(keys.areSet()).isFalse();
            assertThat(keys.caller(null, Access.ADMIN).isAnyone()).isTrue();
            assertThat(keys.caller("Bearer whatever", Access.KEY).isAdmin()).isTrue();
        }
    }

    @Test
    void aKeyIsKnownByItsHash() throws Exception {
        write(BOTH);
        try (var keys = open(List.of())) {
            assertThat(keys.caller("bearer  " + SHOP + " ", Access.KEY).name()).isEqualTo("shop");
            assertThat(keys.caller("Bearer " + OPERATORS, Access.ADMIN).isAdmin()).isTrue();
            assertThatThrownBy(() -> keys.caller("Bearer " + SHOP, Access.ADMIN))
                    .isInstanceOfSatisfying(KeyRefused.class, refused -> assertThat(refused.isKnown()).isTrue());
            assertThat(keys.caller(null, Access.OPEN).isAnyone()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic c2hvcDpzaG9w", "Bearer sk-anymesh-other", "Bearer a b"})
    void whatIsNoKeyIsRefusedAndNotRepeated(String authorization) throws Exception {
        write(SHOPS);
        try (var keys = open(List.of())) {
            assertThatThrownBy(() -> keys.caller(authorization, Access.KEY))
                    .isInstanceOfSatisfying(KeyRefused.class, refused -> assertThat(refused.isKnown()).isFalse())
                    .hasMessage("Incorrect API key provided.");
            assertThatThrownBy(() -> keys.caller(null, Access.KEY)).isInstanceOf(KeyRefused.class);
        }
    }

    @Test
    void theHashItselfIsNoKey() throws Exception {
        write(SHOPS);
        try (var keys = open(List.of())) {
            assertThat(lets(keys, ApiKey.hash(SHOP), Access.KEY)).isFalse();
        }
    }

    @Test
    void withoutAnAdministratorsKeyMetricsStayOpen() throws Exception {
        write(SHOPS);
        try (var keys = open(List.of())) {
            assertThat(keys.caller(null, Access.ADMIN).isAnyone()).isTrue();
        }
    }

    @Test
    void keysOfTheConfigurationCountBesideThoseOfTheFile() throws Exception {
        write(SHOPS);
        try (var keys = open(List.of("lab=" + ApiKey.hash(OPERATORS)))) {
            assertThat(keys.caller("Bearer " + OPERATORS, Access.KEY).name()).isEqualTo("lab");
            assertThat(lets(keys, SHOP, Access.KEY)).isTrue();
        }
    }

    @Test
    void aFileThatChangesIsTakenUpAndOneThatIsBrokenIsNot() throws Exception {
        write(SHOPS);
        try (var keys = open(List.of())) {
            assertThat(lets(keys, OPERATORS, Access.KEY)).isFalse();
            write(BOTH);
            await().until(() -> lets(keys, OPERATORS, Access.KEY));

            write("keys: [{name: shop}]");
            await().during(Duration.ofMillis(200)).until(() -> lets(keys, SHOP, Access.KEY));

            var operators = keys.caller("Bearer " + OPERATORS, Access.KEY);
            operators.enter();
            write(BOTH + "  # the same\n");
            await().during(Duration.ofMillis(200))
                    .until(() -> keys.caller("Bearer " + OPERATORS, Access.KEY) == operators);
            assertThatThrownBy(operators::enter).isInstanceOf(RateLimited.class);

            write("keys: []");
            await().until(() -> !lets(keys, SHOP, Access.KEY));
            assertThatThrownBy(() -> keys.caller(null, Access.KEY)).as("no key is not everybody")
                    .isInstanceOf(KeyRefused.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "keys: 3", "keys: [{name: shop}]", "keys: [{sha256: abc}]", "key: []", "keys: [",
        "keys: [{name: 'a b', sha256: HASH}]", "keys: [{name: a, sha256: HASH}, {name: b, sha256: HASH}]",
        "keys: [{name: a, sha256: HASH, limits: {requestsPerMinute: 0}}]",
        "keys: [{name: a, sha256: HASH, limits: {tokens: 1}}]",
        "keys: [{name: a, sha256: sk-anymesh-my-very-secret-key}]"})
    void aFileThatIsWrongIsRefusedAtTheStartWithoutSayingWhatStandsInIt(String yaml) throws Exception {
        write(yaml.replace("HASH", ApiKey.hash(SHOP)));
        assertThatThrownBy(() -> open(List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("keys").message().doesNotContain("secret", ApiKey.hash(SHOP));
    }

    @Test
    void oneNameHasItsLimitsOnce() throws Exception {
        write("""
                keys:
                  - {name: shop, sha256: %s, limits: {requestsPerMinute: 1}}
                  - {name: shop, sha256: %s, limits: {requestsPerMinute: 1}}
                """.formatted(ApiKey.hash(SHOP), ApiKey.hash(OPERATORS)));
        try (var keys = open(List.of())) {
            keys.caller("Bearer " + SHOP, Access.KEY).enter();
            assertThatThrownBy(() -> keys.caller("Bearer " + OPERATORS, Access.KEY).enter())
                    .isInstanceOf(RateLimited.class);
        }
        write("""
                keys:
                  - {name: shop, sha256: %s, limits: {requestsPerMinute: 1}}
                  - {name: shop, sha256: %s}
                """.formatted(ApiKey.hash(SHOP), ApiKey.hash(OPERATORS)));
        assertThatThrownBy(() -> open(List.of())).hasMessageContaining("different limits");
    }

    @Test
    void aFileThatIsNotThereIsSaidSo() {
        assertThatThrownBy(() -> open(List.of())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("keys.file").hasMessageContaining("keys.yaml");
    }
}
