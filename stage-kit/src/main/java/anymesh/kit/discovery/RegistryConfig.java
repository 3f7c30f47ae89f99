// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.discovery;

import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.consul.ConsulMeshLocks;
import anymesh.kit.consul.ConsulMeshStore;
import anymesh.kit.consul.ConsulStageRegistry;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.store.InMemoryMeshLocks;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshStore;
import io.vertx.core.Vertx;
import java.util.Set;

/** How the processes of a mesh find each other, and where they keep what they share. */
public record RegistryConfig(Kind kind, ConsulConfig consul) {

    /** {@link #STATIC}: gateways have a list of endpoints. {@link #CONSUL}: stages register, gateways follow. */
    public enum Kind {
        STATIC, CONSUL
    }

    public static RegistryConfig defaults() {
        return new RegistryConfig(Kind.STATIC, ConsulConfig.defaults());
    }

    public RegistryConfig withConsul(ConsulConfig other) {
        return new RegistryConfig(Kind.CONSUL, other);
    }

    /** The registry of a stage: it is told of the stage and asked nothing. */
    public StageRegistry forStage(Vertx vertx, String service, boolean usesTls) {
        return switch (kind) {
            case STATIC -> new InMemoryStageRegistry();
            case CONSUL -> ConsulStageRegistry.open(vertx, consul, Set.of(service), Set.of(), usesTls);
        };
    }

    /** The registry of a gateway, which follows these services; a static one is the gateway's to fill. */
    public StageRegistry forGateway(Vertx vertx, Set<String> services) {
        return switch (kind) {
            case STATIC -> new InMemoryStageRegistry();
            case CONSUL -> ConsulStageRegistry.open(vertx, consul, Set.of(), services, false);
        };
    }

    /** What this mesh's processes share, to be read and written below these prefixes; alone, a process has it for itself. */
    public MeshStore store(Vertx vertx, Set<String> prefixes) {
        return switch (kind) {
            case STATIC -> new InMemoryMeshStore();
            case CONSUL -> ConsulMeshStore.open(vertx, consul, prefixes);
        };
    }

    /** How many instances of each service are wanted, in that store. */
    public StoredReplicas replicas(Vertx vertx) {
        return StoredReplicas.open(store(vertx, Set.of(StoredReplicas.FOLDER)));
    }

    /** The locks among this mesh's processes. */
    public MeshLocks locks(Vertx vertx) {
        return switch (kind) {
            case STATIC -> new InMemoryMeshLocks();
            case CONSUL -> ConsulMeshLocks.open(vertx, consul);
        };
    }
}
