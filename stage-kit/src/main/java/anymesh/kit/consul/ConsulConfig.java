// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.config.Durations;
import anymesh.kit.config.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How to reach a Consul agent and how to use it.
 *
 * @param address host:port of the agent's HTTP API
 * @param token ACL token; {@code tokenFile} names a file that holds one instead
 * @param advertise the host under which others reach this instance; empty: the one that it listens on, or if that is 0.0.0.0 the
 *     address from which packets to Consul leave
 * @param registerEvery how often an instance looks whether Consul has forgotten it, and registers again if so
 * @param checkEvery how often Consul asks an instance for its health
 * @param grace how long instances that served are still believed in when Consul was away or is suddenly empty
 */
public record ConsulConfig(String address, Secret token, String tokenFile, ConsulTls tls, String advertise,
        Duration registerEvery, Duration checkEvery, Duration grace) {

    public ConsulConfig {
        if (!address.matches("[^:/\\s]+:\\d{1,5}")) {
            throw new IllegalArgumentException("consul.address: %s (expected: host:port)".formatted(address));
        }
        if (token.isSet() && !tokenFile.isEmpty()) {
            throw new IllegalArgumentException(
                    "consul.token and consul.tokenFile are both set (expected: one of them)");
        }
        Durations.requirePositive("consul.checkEvery", checkEvery);
        Durations.requirePositive("consul.registerEvery", registerEvery);
        Durations.requirePositive("consul.grace", grace);
    }

    /** The agent of this machine, without ACL and TLS. */
    public static ConsulConfig defaults() {
        return new ConsulConfig("127.0.0.1:8500", Secret.none(), "", ConsulTls.off(), "", Duration.ofSeconds(5),
                Duration.ofSeconds(1), Duration.ofSeconds(15));
    }

    public ConsulConfig at(String other) {
        return new ConsulConfig(other, token, tokenFile, tls, advertise, registerEvery, checkEvery, grace);
    }

    public ConsulConfig withToken(String other) {
        return new ConsulConfig(address, new Secret(other), "", tls, advertise, registerEvery, checkEvery, grace);
    }

    public ConsulConfig withTls(ConsulTls other) {
        return new ConsulConfig(address, token, tokenFile, other, advertise, registerEvery, checkEvery, grace);
    }

    String host() {
        return address.substring(0, address.indexOf(':'));
    }

    int port() {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    /** The token to send, or an empty text. */
    String readToken() {
        if (tokenFile.isEmpty()) {
            return token.value();
        }
        try {
            return Files.readString(Path.of(tokenFile)).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException("consul.tokenFile: %s cannot be read".formatted(tokenFile), e);
        }
    }
}
