// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.testing.DescribedServer;
import anymesh.v1.StageDescription;
import anymesh.wire.call.Registration;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditionsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A registry, and beside it what a cluster does for it: an instance that is put has a server that answers for it, and an
 * EndpointSlice that says what the cluster's controllers would. On this machine's own address: the API server takes none of
 * loopback.
 */
final class HandMadeSlices implements StageRegistry {
    private final KubernetesAccess cluster;
    private final StageRegistry registry;
    private final String host = ownAddress();
    private final Map<String, DescribedServer> servers = new ConcurrentHashMap<>();

    HandMadeSlices(KubernetesAccess cluster, StageRegistry registry) {
        this.cluster = cluster;
        this.registry = registry;
    }

    private static String ownAddress() {
        try {
            return NetworkInterface.networkInterfaces().filter(HandMadeSlices::isUp)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress())
                    .findFirst().orElseThrow(() -> new AssertionError("this machine has no address but loopback"))
                    .getHostAddress();
        } catch (SocketException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isUp(NetworkInterface device) {
        try {
            return device.isUp();
        } catch (SocketException _) {
            return false;
        }
    }

    /** As a cluster shows it, which knows no process ids, and has an address for a pod from its beginning. */
    StageInstance shown(StageInstance put) {
        return new StageInstance(put.id(), put.service(), host, server(put.id()).port(), put.httpPort(), 0,
                put.state(), put.description());
    }

    DescribedServer server(String id) {
        return servers.computeIfAbsent(id, _ -> new DescribedServer(host));
    }

    @Override
    public void put(StageInstance instance) {
        if (!instance.description().equals(StageDescription.getDefaultInstance())) {
            server(instance.id()).describe(instance.description(), true);
        }
        publish(instance, conditions(instance));
    }

    private static EndpointConditions conditions(StageInstance instance) {
        return switch (instance.state()) {
            case LOADING, WARMING, FAILED, STOPPED -> conditions(false, false, false);
            case SERVING -> conditions(true, true, false);
            case DRAINING -> conditions(false, true, true);
        };
    }

    static EndpointConditions conditions(boolean ready, boolean serving, boolean terminating) {
        return new EndpointConditionsBuilder().withReady(ready).withServing(serving).withTerminating(terminating)
                .build();
    }

    void publish(StageInstance instance, EndpointConditions conditions) {
        cluster.client().resource(new EndpointSliceBuilder()
                .withNewMetadata().withName(instance.id()).withNamespace(cluster.namespace())
                .addToLabels("kubernetes.io/service-name", instance.service()).endMetadata()
                .withAddressType("IPv4")
                .addNewPort().withName("grpc").withPort(server(instance.id()).port()).endPort()
                .addNewPort().withName("http").withPort(instance.httpPort()).endPort()
                .addNewEndpoint().withAddresses(host).withConditions(conditions)
                .withNewTargetRef().withKind("Pod").withName(instance.id()).withNamespace(cluster.namespace())
                .endTargetRef().endEndpoint()
                .build()).createOr(existing -> existing.update());
    }

    @Override
    public void remove(String instanceId) {
        cluster.client().discovery().v1().endpointSlices().inNamespace(cluster.namespace()).withName(instanceId)
                .delete();
        Optional.ofNullable(servers.remove(instanceId)).ifPresent(DescribedServer::close);
    }

    @Override
    public List<StageInstance> snapshot() {
        return registry.snapshot();
    }

    @Override
    public Registration watch(Consumer<List<StageInstance>> listener) {
        return registry.watch(listener);
    }

    @Override
    public void close() {
        registry.close();
        List.copyOf(servers.keySet()).forEach(this::remove);
        cluster.close();
    }
}
