// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.mesh.NetworkPolicies.Peer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The policies of {@code k8s/} let through what the mesh's code calls, and nothing else. Who calls whom is said by {@link #hops}:
 * the gateway calls every service that it knows; that nobody else calls one, {@link FencesTest} sees to.
 */
final class NetworkPathsIT {
    private static final String HOME = KubeCluster.NAMESPACE;
    private static final Peer STRANGER_AT_HOME = pod("stranger at home", HOME, Map.of("app", "stranger"));
    private static final Peer STRANGER = pod("stranger", "default", Map.of());
    private static final Peer CLIENT = pod("client", "apps", Map.of());
    private static final Peer PROMETHEUS = pod("prometheus", "monitoring", Map.of());
    private static final Peer DNS = pod("dns", "kube-system", Map.of("k8s-app", "kube-dns"));
    private static final Peer NEIGHBOUR_OF_DNS = pod("neighbour of dns", "kube-system", Map.of("app", "other"));
    private static final Peer CONSUL = pod("consul", "consul", Map.of());
    private static final Peer POSTGRES = pod("postgres", "postgres", Map.of());
    private static final Peer S3 = pod("s3", "s3", Map.of());
    private static final Peer API_SERVER = Peer.outside("API server", "192.0.2.1");
    private static final List<Peer> OTHERS = List.of(STRANGER_AT_HOME, STRANGER, CLIENT, PROMETHEUS, DNS,
            NEIGHBOUR_OF_DNS, CONSUL, POSTGRES, S3, API_SERVER);
    private static final List<Integer> OTHER_PORTS = List.of(22, 53, 80, 443, 5432, 6443, 8500, 8501, 9000, 9090,
            65_535);

    private static Peer pod(String name, String namespace, Map<String, String> labels) {
        return new Peer(name, namespace, labels, "10.244.0.9", Map.of());
    }

    private static String hop(String from, String to, String protocol, int port) {
        return "%s -> %s %s %d".formatted(from, to, protocol, port);
    }

    /** What the path of a request needs, and what it takes to see and to reach it. */
    private static Set<String> hops() {
        var hops = new TreeSet<String>();
        for (var stage : MeshService.stages()) {
            hops.add(hop(MeshService.GATEWAY, stage.name(), "TCP", stage.port()));
            hops.add(hop("prometheus", stage.name(), "TCP", stage.httpPort()));
        }
        int api = MeshService.gateway().port();
        hops.add(hop("client", MeshService.GATEWAY, "TCP", api));
        hops.add(hop("prometheus", MeshService.GATEWAY, "TCP", api));
        for (var protocol : List.of("TCP", "UDP")) {
            MeshService.all().forEach(service -> hops.add(hop(service.name(), "dns", protocol, 53)));
            hops.add(hop("stranger at home", "dns", protocol, 53));
        }
        return hops;
    }

    private static Set<String> hopsByKubernetes() {
        var hops = hops();
        addApiServer(hops);
        return hops;
    }

    /** Which finds the stages, or only keeps what gateways share. */
    private static void addApiServer(Set<String> hops) {
        // The API server's address is the cluster's own matter, so any address does; those in the mesh's namespace refuse.
        OTHERS.stream().filter(peer -> !peer.namespace().equals(HOME)).forEach(peer -> {
            hops.add(hop(MeshService.GATEWAY, peer.name(), "TCP", 443));
            hops.add(hop(MeshService.GATEWAY, peer.name(), "TCP", 6443));
        });
    }

    private static Set<String> hopsByConsul() {
        var hops = hops();
        addApiServer(hops);
        for (var service : MeshService.all()) {
            hops.add(hop(service.name(), "consul", "TCP", 8500));
            hops.add(hop(service.name(), "consul", "TCP", 8501));
        }
        for (var stage : MeshService.stages()) { // it checks their health: by HTTP while they load, then by gRPC
            hops.add(hop("consul", stage.name(), "TCP", stage.httpPort()));
            hops.add(hop("consul", stage.name(), "TCP", stage.port()));
        }
        return hops;
    }

    private static Set<String> allowed(Manifests manifests) {
        var peers = new ArrayList<>(OTHERS);
        var ports = new TreeSet<>(OTHER_PORTS);
        for (var deployment : manifests.of("Deployment")) {
            var named = new TreeMap<String, Integer>();
            Manifests.container(deployment).path("ports")
                    .forEach(port -> named.put(port.path("name").asText(), port.path("containerPort").asInt()));
            ports.addAll(named.values());
            peers.add(new Peer(Manifests.name(deployment), HOME,
                    Manifests.labels(deployment.at("/spec/template/metadata/labels")), "10.244.0.9", named));
        }
        for (var service : MeshService.all()) {
            ports.addAll(List.of(service.port(), service.httpPort()));
        }
        var policies = new NetworkPolicies(manifests.of("NetworkPolicy"), namespaces(manifests));
        var allowed = new TreeSet<String>();
        for (var from : peers) {
            for (var to : peers) {
                if (from.namespace().equals(HOME) || to.namespace().equals(HOME)) {
                    ports.forEach(port -> Stream.of("TCP", "UDP")
                            .filter(protocol -> policies.allow(from, to, protocol, port))
                            .forEach(protocol -> allowed.add(hop(from.name(), to.name(), protocol, port))));
                }
            }
        }
        return allowed;
    }

    private static Map<String, Map<String, String>> namespaces(Manifests manifests) {
        var namespaces = new HashMap<String, Map<String, String>>();
        for (var name : List.of("default", "monitoring", "kube-system", "consul", "postgres", "s3")) {
            namespaces.put(name, Map.of("kubernetes.io/metadata.name", name));
        }
        namespaces.put("apps", Map.of("kubernetes.io/metadata.name", "apps", "anymesh.io/client", "true"));
        var home = new TreeMap<>(Manifests.labels(manifests.one("Namespace", HOME).at("/metadata/labels")));
        home.put("kubernetes.io/metadata.name", HOME);
        namespaces.put(HOME, home);
        return namespaces;
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/test", "overlays/gpu"})
    void whatTheCodeCallsIsAllowedAndNothingElse(String folder) throws Exception {
        assertThat(allowed(KubeCluster.render(folder))).isEqualTo(hopsByKubernetes());
    }

    @Test
    void withConsulEveryoneAsksItToo() throws Exception {
        assertThat(allowed(KubeCluster.render("overlays/production"))).isEqualTo(hopsByConsul());
    }

    @Test
    void withJobsGatewaysReachTheDatabaseAndTheBucket() throws Exception {
        var manifests = KubeCluster.renderWith("jobs");
        var hops = hopsByKubernetes();
        hops.add(hop(MeshService.GATEWAY, "postgres", "TCP", 5432));
        hops.add(hop(MeshService.GATEWAY, "s3", "TCP", 9000));
        assertThat(allowed(manifests)).isEqualTo(hops);
        requireNothingSuperfluous(manifests);
    }

    @ParameterizedTest
    @ValueSource(strings = {"base", "overlays/production"})
    void noPolicyRulePeerOrPortIsSuperfluous(String folder) throws Exception {
        requireNothingSuperfluous(KubeCluster.render(folder));
    }

    private static void requireNothingSuperfluous(Manifests manifests) {
        var before = allowed(manifests);
        int without = 0;
        for (int i = 0; i < manifests.of("NetworkPolicy").size(); i++) {
            int policy = i;
            var name = Manifests.name(manifests.of("NetworkPolicy").get(i));
            assertThat(allowed(changed(manifests, copy -> copy.objects().remove(copy.of("NetworkPolicy").get(policy)))))
                    .as("without " + name).isNotEqualTo(before);
            for (var pointer : lists(manifests.of("NetworkPolicy").get(i))) {
                var list = manifests.of("NetworkPolicy").get(i).at(pointer);
                for (int j = 0; j < list.size(); j++) {
                    int item = j;
                    var after = changed(manifests,
                            copy -> ((ArrayNode) copy.of("NetworkPolicy").get(policy).at(pointer)).remove(item));
                    assertThat(allowed(after)).as("%s without %s/%d".formatted(name, pointer, j))
                            .isNotEqualTo(before);
                    without++;
                }
            }
        }
        assertThat(without).isGreaterThan(25);
    }

    private static Manifests changed(Manifests manifests, Consumer<Manifests> change) {
        var copy = manifests.copy();
        change.accept(copy);
        return copy;
    }

    /** Where in a policy its rules are, and in these the lists of peers and ports; an empty one of those would allow all. */
    private static List<String> lists(ObjectNode policy) {
        var lists = new ArrayList<String>();
        for (var side : List.of("ingress", "egress")) {
            JsonNode rules = policy.at("/spec/" + side);
            if (!rules.isEmpty()) {
                lists.add("/spec/" + side);
            }
            for (int i = 0; i < rules.size(); i++) {
                for (var part : List.of(side.equals("ingress") ? "from" : "to", "ports")) {
                    if (rules.get(i).path(part).size() > 1) {
                        lists.add("/spec/%s/%d/%s".formatted(side, i, part));
                    }
                }
            }
        }
        return lists;
    }
}
