// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import anymesh.kit.config.Durations;
import java.time.Duration;
import java.util.List;

/**
 * Where the API's keys stand. Without any, whoever reaches the gateway may use it.
 *
 * @param file YAML, as {@link KeyFile} reads it; empty for none
 * @param hashes keys without limits, {@code NAME=SHA256} each
 * @param reloadEvery how often the file is looked at
 */
public record KeysConfig(String file, List<String> hashes, Duration reloadEvery) {
    public KeysConfig {
        hashes = List.copyOf(hashes);
        Durations.requirePositive("keys.reloadEvery", reloadEvery);
    }

    /** No keys. */
    public static KeysConfig defaults() {
        return new KeysConfig("", List.of(), Duration.ofSeconds(10));
    }

    boolean areSet() {
        return !file.isEmpty() || !hashes.isEmpty();
    }
}
