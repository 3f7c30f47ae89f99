// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.config.Secret;
import java.time.Duration;

/** Configurations for tests. */
final class Consuls {
    private Consuls() {}

    /** Checks and registers often. */
    static ConsulConfig hasty(String address) {
        return every(address, Duration.ofSeconds(1), Duration.ofMillis(300));
    }

    static ConsulConfig every(String address, Duration register, Duration check) {
        return new ConsulConfig(address, Secret.none(), "", ConsulTls.off(), "", register, check,
                Duration.ofSeconds(6));
    }
}
