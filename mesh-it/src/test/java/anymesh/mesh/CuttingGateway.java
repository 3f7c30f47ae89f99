// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.gateway.Gateway;
import anymesh.gateway.GatewayConfig;
import anymesh.gateway.Shared;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.config.ConfigLoader;
import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.server.Futures;
import anymesh.kit.testing.Cuts;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** One more gateway of a mesh of processes, in this JVM, whose connections to stages are cut in the middle of calls. */
final class CuttingGateway implements AutoCloseable {
    private static final Duration REQUEST_TIMEOUT = Duration.ofMinutes(6);

    private final Vertx vertx = Vertx.vertx();
    private final CuttingRegistry registry;
    private final Shared shared;
    private final WireMemory memory;
    private final Gateway gateway;

    /** {@code consul}: where the mesh's Consul listens. */
    CuttingGateway(String consul, Cuts cuts) {
        // However slow the machine, no film is refused for the time that it takes; and each picture goes through all hops, however
        // often it is sent.
        var config = ConfigLoader.load(GatewayConfig.class,
                GatewayConfig.defaults().onPort(0).withRequestTimeout(REQUEST_TIMEOUT), null,
                Map.of("ANYMESH_MEDIACACHEBYTES", "0"));
        var found = RegistryConfig.defaults().withConsul(ConsulConfig.defaults().at(consul));
        registry = new CuttingRegistry(found.forGateway(vertx, ServiceKind.NAMES,
                () -> StageInquiries.open(vertx, config.tls())), cuts);
        shared = Shared.open(vertx, found);
        memory = new WireMemory("cutting-gateway", config.memoryBytes());
        gateway = Gateway.start(vertx, config, registry, shared, memory);
    }

    String url() {
        return "http://127.0.0.1:" + gateway.port();
    }

    /** What it counts. */
    Scrape metrics() throws IOException, InterruptedException {
        return Scrape.of("127.0.0.1:" + gateway.port());
    }

    @Override
    public void close() {
        gateway.drain();
        shared.close();
        registry.close();
        Futures.join(vertx.close());
        memory.close();
    }
}
