// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.config.ConfigLoader;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.server.Futures;
import anymesh.kit.server.Termination;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway in a process of its own: {@code [--config FILE]}. It finds its stages through Consul, or through the
 * EndpointSlices of a cluster or the static {@code endpoints} of its configuration, each of which it asks what it is; SIGTERM
 * drains it.
 */
public final class GatewayMain {
    private static final Logger log = LoggerFactory.getLogger(GatewayMain.class);

    private GatewayMain() {}

    public static void main(String[] args) {
        var vertx = Vertx.vertx();
        try {
            var file = args.length == 2 && args[0].equals("--config") ? Path.of(args[1]) : null;
            if (file == null && args.length > 0) {
                throw new IllegalArgumentException("usage: [--config FILE]");
            }
            var config = ConfigLoader.load(GatewayConfig.class, GatewayConfig.defaults(), file, System.getenv());
            log.info("service=gateway config={}", config);
            run(vertx, config);
        } catch (RuntimeException e) {
            log.error("service=gateway failed to start: {}", e.getMessage(), e);
            System.exit(e instanceof IllegalArgumentException ? 2 : 1);
        }
    }

    private static void run(Vertx vertx, GatewayConfig config) {
        var registry = config.registry().forGateway(vertx, ServiceKind.NAMES,
                () -> StageInquiries.open(vertx, config.tls()));
        var watch = new EndpointWatch(vertx, registry, config.tls());
        config.watched().forEach(watch::add);
        var shared = Shared.open(vertx, config.registry());
        var memory = new WireMemory("gateway", config.memoryBytes());
        var gateway = Gateway.start(vertx, config, registry, shared, memory);
        Termination.on(config.drainTimeout(), budget -> {
            gateway.drain(budget);
            watch.close();
            shared.close();
            registry.close();
            Futures.join(vertx.close());
            memory.close();
        });
    }
}
