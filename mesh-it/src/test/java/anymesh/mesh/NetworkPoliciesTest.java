// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.mesh.NetworkPolicies.Peer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reading of policies, by examples of what the specification says. */
final class NetworkPoliciesTest {
    private static final Peer A = new Peer("a", "one", Map.of("app", "a"), "10.0.0.1", Map.of());
    private static final Peer B = new Peer("b", "one", Map.of("app", "b"), "10.0.0.2", Map.of("http", 8080));
    private static final Peer FAR = new Peer("far", "two", Map.of("app", "a"), "10.0.1.1", Map.of());
    private static final Peer OUTSIDE = Peer.outside("outside", "192.0.2.7");

    private static NetworkPolicies policies(String... specs) throws IOException {
        var yaml = new StringBuilder();
        for (var spec : specs) {
            yaml.append("---\nkind: NetworkPolicy\nmetadata: {namespace: one}\nspec: ").append(spec).append('\n');
        }
        return new NetworkPolicies(Manifests.parse(yaml.toString()).objects(),
                Map.of("one", Map.of("team", "x"), "two", Map.of("team", "y")));
    }

    @Test
    void whoIsSelectedByNoPolicyMayDoEverything() throws IOException {
        var policies = policies("{podSelector: {matchLabels: {app: b}}, policyTypes: [Ingress]}");
        assertThat(policies.allow(B, A, "TCP", 80)).isTrue();
        assertThat(policies.allow(A, B, "TCP", 80)).isFalse();
        assertThat(policies.allow(A, FAR, "UDP", 1)).isTrue();
    }

    @Test
    void bothEndsMustAllow() throws IOException {
        var denied = "{podSelector: {}, policyTypes: [Ingress, Egress]}";
        var out = "{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}";
        var in = "{podSelector: {matchLabels: {app: b}}, ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}";
        assertThat(policies(denied, out).allow(A, B, "TCP", 80)).isFalse();
        assertThat(policies(denied, in).allow(A, B, "TCP", 80)).isFalse();
        assertThat(policies(denied, in, out).allow(A, B, "TCP", 80)).isTrue();
        assertThat(policies(denied, in, out).allow(B, A, "TCP", 80)).isFalse();
    }

    @Test
    void podsOfAnotherNamespaceAreMeantOnlyWhereItIsSelected() throws IOException {
        var here = "{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]}";
        var there = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: y}}}]}]}";
        var both = "{podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: y}}, podSelector: {matchLabels: {app: b}}}]}]}";
        assertThat(policies(here).allow(A, B, "TCP", 80)).isTrue();
        assertThat(policies(here).allow(FAR, B, "TCP", 80)).isFalse();
        assertThat(policies(there).allow(FAR, B, "TCP", 80)).isTrue();
        assertThat(policies(there).allow(A, B, "TCP", 80)).isFalse();
        assertThat(policies(there).allow(OUTSIDE, B, "TCP", 80)).isFalse();
        assertThat(policies(both).allow(FAR, B, "TCP", 80)).isFalse();
    }

    @Test
    void portsHaveNumbersNamesRangesAndProtocols() throws IOException {
        var number = "{podSelector: {}, ingress: [{ports: [{port: 80}]}]}";
        var name = "{podSelector: {}, ingress: [{ports: [{protocol: TCP, port: http}]}]}";
        var range = "{podSelector: {}, ingress: [{ports: [{protocol: UDP, port: 100, endPort: 102}]}]}";
        assertThat(policies(number).allow(A, B, "TCP", 80)).isTrue();
        assertThat(policies(number).allow(A, B, "UDP", 80)).isFalse();
        assertThat(policies(number).allow(A, B, "TCP", 81)).isFalse();
        assertThat(policies(name).allow(A, B, "TCP", 8080)).isTrue();
        assertThat(policies(name).allow(B, A, "TCP", 8080)).as("A has no port of that name").isFalse();
        assertThat(policies(range).allow(A, B, "UDP", 102)).isTrue();
        assertThat(policies(range).allow(A, B, "UDP", 103)).isFalse();
    }

    @Test
    void anAddressBlockHasHoles() throws IOException {
        var block = policies(
                "{podSelector: {}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 192.0.2.0/24, except: [192.0.2.128/25]}}]}]}");
        assertThat(block.allow(A, OUTSIDE, "TCP", 443)).isTrue();
        assertThat(block.allow(A, Peer.outside("hole", "192.0.2.200"), "TCP", 443)).isFalse();
        assertThat(block.allow(A, Peer.outside("beside", "192.0.3.7"), "TCP", 443)).isFalse();
        assertThat(block.allow(A, B, "TCP", 443)).isFalse();
    }

    @Test
    void expressionsSelectToo() throws IOException {
        for (var demand : List.of("{key: app, operator: In, values: [a, c]}", "{key: app, operator: Exists}",
                "{key: app, operator: NotIn, values: [c]}", "{key: tier, operator: DoesNotExist}")) {
            var policies = policies("{podSelector: {matchExpressions: [%s]}, policyTypes: [Egress]}".formatted(demand));
            assertThat(policies.allow(A, FAR, "TCP", 80)).as(demand).isFalse();
        }
        var policies = policies(
                "{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [a]}]}, policyTypes: [Egress]}");
        assertThat(policies.allow(A, FAR, "TCP", 80)).isTrue();
    }
}
