// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;

/**
 * What NetworkPolicies allow, by the rules of networking.k8s.io/v1: who is selected by any policy of a direction may do only what
 * one of them says; who is selected by none may do everything; and both ends must allow it. Nothing that runs in tests enforces
 * policies, so they are read.
 *
 * @param namespaces the labels of each
 */
record NetworkPolicies(List<? extends JsonNode> policies, Map<String, Map<String, String>> namespaces) {

    /**
     * Who talks: a pod, or something outside of the cluster, which has an address and no namespace.
     *
     * @param ports those that have names
     */
    record Peer(String name, String namespace, Map<String, String> labels, String address, Map<String, Integer> ports) {
        static Peer outside(String name, String address) {
            return new Peer(name, "", Map.of(), address, Map.of());
        }

        boolean isPod() {
            return !namespace.isEmpty();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    boolean allow(Peer from, Peer to, String protocol, int port) {
        return allows("Egress", from, to, to, protocol, port) && allows("Ingress", to, from, to, protocol, port);
    }

    private boolean allows(String direction, Peer of, Peer other, Peer called, String protocol, int port) {
        var selecting = policies.stream().filter(policy -> of.isPod() && has(policy, direction)
                && policy.at("/metadata/namespace").asText().equals(of.namespace())
                && matches(policy.at("/spec/podSelector"), of.labels())).toList();
        return selecting.isEmpty() || selecting.stream().anyMatch(policy -> {
            var side = direction.equals("Egress") ? "egress" : "ingress";
            var peers = direction.equals("Egress") ? "to" : "from";
            return any(policy.at("/spec/" + side),
                    rule -> isAmong(rule.path(peers), policy.at("/metadata/namespace").asText(), other)
                            && isPort(rule.path("ports"), called, protocol, port));
        });
    }

    private static boolean has(JsonNode policy, String direction) {
        var types = policy.at("/spec/policyTypes");
        if (types.isEmpty()) {
            return direction.equals("Ingress") || policy.at("/spec").has("egress");
        }
        return any(types, type -> type.asText().equals(direction));
    }

    private boolean isAmong(JsonNode peers, String home, Peer other) {
        return peers.isEmpty() || any(peers, peer -> {
            if (peer.has("ipBlock")) {
                // Of pods' addresses the specification does not say whether they count, so here they do.
                return contains(peer.at("/ipBlock/cidr").asText(), other.address())
                        && !any(peer.at("/ipBlock/except"), hole -> contains(hole.asText(), other.address()));
            }
            boolean isNamespace = peer.has("namespaceSelector")
                    ? matches(peer.path("namespaceSelector"), namespaces.getOrDefault(other.namespace(), Map.of()))
                    : other.namespace().equals(home);
            return other.isPod() && isNamespace && matches(peer.path("podSelector"), other.labels());
        });
    }

    private static boolean isPort(JsonNode ports, Peer called, String protocol, int port) {
        return ports.isEmpty() || any(ports, one -> {
            if (!one.path("protocol").asText("TCP").equals(protocol)) {
                return false;
            }
            var number = one.path("port");
            if (number.isTextual()) {
                return Integer.valueOf(port).equals(called.ports().get(number.asText()));
            }
            return number.isMissingNode()
                    || (port >= number.asInt() && port <= one.path("endPort").asInt(number.asInt()));
        });
    }

    /** A selector without demands, and one that is not there, selects everything. */
    private static boolean matches(JsonNode selector, Map<String, String> labels) {
        boolean labelled = selector.path("matchLabels").properties().stream()
                .allMatch(wanted -> wanted.getValue().asText().equals(labels.get(wanted.getKey())));
        return labelled && StreamSupport.stream(selector.path("matchExpressions").spliterator(), false)
                .allMatch(demand -> meets(demand, labels));
    }

    private static boolean meets(JsonNode demand, Map<String, String> labels) {
        var value = labels.get(demand.path("key").asText());
        boolean isListed = value != null && any(demand.path("values"), one -> one.asText().equals(value));
        return switch (demand.path("operator").asText()) {
            case "In" -> isListed;
            case "NotIn" -> !isListed;
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> throw new AssertionError("unknown operator in " + demand);
        };
    }

    private static boolean contains(String cidr, String address) {
        int slash = cidr.indexOf('/');
        int bits = Integer.parseInt(cidr.substring(slash + 1));
        long mask = bits == 0 ? 0 : -1L << (32 - bits);
        return ((number(cidr.substring(0, slash)) ^ number(address)) & mask & 0xffff_ffffL) == 0;
    }

    private static long number(String address) {
        long number = 0;
        for (var part : address.split("\\.", -1)) {
            number = (number << 8) | Integer.parseInt(part);
        }
        return number;
    }

    private static boolean any(JsonNode list, Predicate<JsonNode> test) {
        return StreamSupport.stream(list.spliterator(), false).anyMatch(test);
    }
}
