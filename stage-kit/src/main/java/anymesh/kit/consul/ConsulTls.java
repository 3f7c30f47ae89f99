// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

/**
 * TLS to the Consul agent, with PEM files; empty where there is none.
 *
 * @param ca who may have signed the agent's certificate; empty: whom the JVM trusts
 * @param certificate this side's certificate with its {@code key}, for an agent that verifies its callers
 */
public record ConsulTls(boolean enabled, String ca, String certificate, String key) {

    public ConsulTls {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new IllegalArgumentException("consul.tls.certificate and consul.tls.key go together");
        }
    }

    public static ConsulTls off() {
        return new ConsulTls(false, "", "", "");
    }
}
