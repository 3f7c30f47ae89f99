// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.discovery;

import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.consul.ConsulStageRegistry;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageRegistry;
import io.vertx.core.Vertx;
import java.util.Set;

/** How the processes of a mesh find each other. */
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
}
