// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.discovery;

import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.consul.ConsulMeshLocks;
import anymesh.kit.consul.ConsulMeshStore;
import anymesh.kit.consul.ConsulStageRegistry;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.kubernetes.DeploymentReplicas;
import anymesh.kit.kubernetes.KubernetesConfig;
import anymesh.kit.kubernetes.KubernetesMeshLocks;
import anymesh.kit.kubernetes.KubernetesMeshStore;
import anymesh.kit.kubernetes.KubernetesStageRegistry;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.kit.store.InMemoryMeshLocks;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshStore;
import anymesh.kit.tls.TlsConfig;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How the processes of a mesh find each other, and where they keep what they share.
 *
 * @param state who keeps it, and starts the instances that are wanted: the registry, or the cluster though somebody else
 *        finds the stages there
 */
public record RegistryConfig(Kind kind, State state, ConsulConfig consul, KubernetesConfig kubernetes) {

    /**
     * {@link #STATIC}: gateways have a list of endpoints. {@link #CONSUL}: stages register, gateways follow.
     * {@link #KUBERNETES}: the cluster knows its pods, gateways follow.
     */
    public enum Kind {
        STATIC, CONSUL, KUBERNETES
    }

    /** {@link #REGISTRY}: what {@link Kind} says. {@link #KUBERNETES}: the API server. */
    public enum State {
        REGISTRY, KUBERNETES
    }

    public static RegistryConfig defaults() {
        return new RegistryConfig(Kind.STATIC, State.REGISTRY, ConsulConfig.defaults(), KubernetesConfig.defaults());
    }

    public RegistryConfig withConsul(ConsulConfig other) {
        return new RegistryConfig(Kind.CONSUL, state, other, kubernetes);
    }

    public RegistryConfig withKubernetes(KubernetesConfig other) {
        return new RegistryConfig(Kind.KUBERNETES, state, consul, other);
    }

    public RegistryConfig withState(State other) {
        return new RegistryConfig(kind, other, consul, kubernetes);
    }

    /** By which of them it is kept; {@link Kind#STATIC}: each process has it for itself. */
    public Kind keeper() {
        return state == State.KUBERNETES ? Kind.KUBERNETES : kind;
    }

    /**
     * The registry of a stage: it is told of the stage and asked nothing.
     *
     * @param tls the stage's, for whoever checks its health
     */
    public StageRegistry forStage(Vertx vertx, String service, TlsConfig tls) {
        return switch (kind) {
            case STATIC, KUBERNETES -> new InMemoryStageRegistry(); // nobody is told
            case CONSUL -> ConsulStageRegistry.open(vertx, consul, Set.of(service), Set.of(), tls);
        };
    }

    /**
     * The registry of a gateway, which follows these services; a static one is the gateway's to fill.
     *
     * @param inquiries to ask stages what they are, where no registry tells it
     */
    public StageRegistry forGateway(Vertx vertx, Set<String> services, Supplier<StageInquiries> inquiries) {
        return switch (kind) {
            case STATIC -> new InMemoryStageRegistry();
            case CONSUL -> ConsulStageRegistry.open(vertx, consul, Set.of(), services, TlsConfig.off());
            case KUBERNETES -> KubernetesStageRegistry.open(vertx, kubernetes, services, inquiries.get());
        };
    }

    /** What this mesh's processes share, to be read and written below these prefixes; alone, a process has it for itself. */
    public MeshStore store(Vertx vertx, Set<String> prefixes) {
        return switch (keeper()) {
            case STATIC -> new InMemoryMeshStore();
            case CONSUL -> ConsulMeshStore.open(vertx, consul, prefixes);
            case KUBERNETES -> KubernetesMeshStore.open(vertx, kubernetes);
        };
    }

    /** How many instances of each service are wanted, and how one that sleeps is woken. */
    public WantedReplicas wanted(Vertx vertx) {
        return switch (keeper()) {
            case STATIC -> WantedReplicas.unknown();
            case CONSUL -> replicas(vertx);
            case KUBERNETES -> DeploymentReplicas.open(vertx, kubernetes);
        };
    }

    /** How many instances of each service are wanted, in that store, for who starts and ends them. */
    public StoredReplicas replicas(Vertx vertx) {
        return StoredReplicas.open(store(vertx, Set.of(StoredReplicas.FOLDER)));
    }

    /** The locks among this mesh's processes. */
    public MeshLocks locks(Vertx vertx) {
        return switch (keeper()) {
            case STATIC -> new InMemoryMeshLocks();
            case CONSUL -> ConsulMeshLocks.open(vertx, consul);
            case KUBERNETES -> KubernetesMeshLocks.open(vertx, kubernetes);
        };
    }
}
