// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.tls.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.MaintenanceOptions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the instances of this process, and looks again and again whether Consul still has them as they were told: what it
 * forgot comes back. What is told of an instance arrives in the order in which it happened. Thread-safe.
 */
final class ConsulRegistrar {
    private static final Logger log = LoggerFactory.getLogger(ConsulRegistrar.class);

    private final Vertx vertx;
    private final ConsulConfig config;
    private final ConsulAccess access;
    private final TlsConfig tls;
    private final ConsulClient client;
    private final Map<String, StageInstance> mine = new ConcurrentHashMap<>();
    private final long timer;
    private Future<Void> last = Future.succeededFuture();
    private String trouble = "";

    ConsulRegistrar(Vertx vertx, ConsulConfig config, ConsulAccess access, TlsConfig tls) {
        this.vertx = vertx;
        this.config = config;
        this.access = access;
        this.tls = tls;
        this.client = access.client(ConsulAccess.CALL_MILLIS);
        this.timer = vertx.setPeriodic(config.registerEvery().toMillis(), _ -> refresh());
    }

    Future<Void> put(StageInstance instance) {
        boolean isFirst = mine.put(instance.id(), instance) == null;
        return inOrder(() -> (isFirst ? forget(instance.id()) : Future.<Void>succeededFuture())
                .compose(_ -> register(instance)));
    }

    Future<Void> remove(String id) {
        if (mine.remove(id) == null) {
            return Future.succeededFuture();
        }
        return inOrder(() -> client.deregisterService(id).recover(ConsulRegistrar::unlessUnknown));
    }

    /** What Consul forgot by itself needn't be told. */
    private static Future<Void> unlessUnknown(Throwable e) {
        return String.valueOf(e.getMessage()).contains("Unknown service ID")
                ? Future.succeededFuture()
                : Future.failedFuture(e);
    }

    /** Of another process, which has ended: so that nobody waits for its next check. */
    void ended(String id) {
        client.maintenanceService(new MaintenanceOptions().setId(id).setEnable(true).setReason(InstanceCodec.ENDED))
                .recover(ConsulRegistrar::unlessUnknown)
                .onFailure(e -> log.warn("instance={} has ended, which Consul at {} is left to find out: {}", id,
                        config.address(), String.valueOf(e.getMessage()).strip()));
    }

    private void refresh() {
        // Through the queue, and looked up late: an instance may be gone by its turn.
        for (var id : mine.keySet()) {
            inOrder(() -> {
                var instance = mine.get(id);
                return instance == null || instance.state() == StageState.STOPPED
                        ? Future.succeededFuture()
                        : access.registered(id).compose(known -> restore(instance, known.orElse(null)));
            });
        }
    }

    /** Registering what is known as it is would begin the interval of its check anew. */
    private Future<Void> restore(StageInstance instance, @Nullable JsonObject known) {
        if (known == null) {
            return register(instance);
        }
        if (InstanceCodec.isEnded(known.getJsonArray("Checks"))) {
            // It was said of an earlier process, and came late.
            return forget(instance.id()).compose(_ -> register(instance));
        }
        var meta = known.getJsonObject("Service").getJsonObject("Meta", new JsonObject()).getMap();
        return meta.equals(InstanceCodec.meta(instance)) ? Future.succeededFuture() : register(instance);
    }

    private synchronized Future<Void> inOrder(Supplier<Future<Void>> step) {
        last = last.transform(_ -> step.get().onComplete(done -> note(done.cause())));
        return last;
    }

    private void note(@Nullable Throwable e) {
        var now = e == null ? "" : String.valueOf(e.getMessage()).strip();
        if (!now.equals(trouble)) {
            if (e == null) {
                log.info("registered with Consul again");
            } else {
                log.warn("cannot register with Consul at {}, tries again every {}: {}", config.address(),
                        config.registerEvery(), now);
            }
            trouble = now;
        }
    }

    /** What is left of an earlier process under this id: its checks and its maintenance would stay otherwise. */
    private Future<Void> forget(String id) {
        return client.deregisterService(id).otherwiseEmpty();
    }

    private Future<Void> register(StageInstance instance) {
        if (instance.state() == StageState.STOPPED) {
            return Future.succeededFuture(); // removed next
        }
        return host(instance).compose(host -> register(instance, host));
    }

    private Future<Void> register(StageInstance instance, String host) {
        var registered = access.register(new JsonObject()
                .put("ID", instance.id()).put("Name", instance.service()).put("Tags", new JsonArray().add("anymesh"))
                .put("Address", host).put("Port", instance.grpcPort()).put("Meta", InstanceCodec.meta(instance))
                .put("Check", check(instance, host)));
        return instance.state() == StageState.DRAINING
                ? registered.compose(_ -> client.maintenanceService(new MaintenanceOptions().setId(instance.id())
                        .setEnable(true).setReason("draining")))
                : registered;
    }

    /** gRPC health once there is a gRPC server; before, whether the process is beyond help. */
    private JsonObject check(StageInstance instance, String host) {
        var check = new JsonObject().put("CheckID", instance.id() + "-check").put("Name", "ready")
                .put("Interval", config.checkEvery().toMillis() + "ms").put("DeregisterCriticalServiceAfter", "1m");
        if (instance.grpcPort() == 0) {
            return check.put("HTTP", "http://%s:%d/healthz".formatted(host, instance.httpPort()))
                    .put("Status", "passing");
        }
        check.put("GRPC", "%s:%d".formatted(host, instance.grpcPort())).put("GRPCUseTLS", tls.enabled());
        // Without a name Consul expects that of the host.
        tls.nameOf(instance.service()).ifPresent(name -> check.put("TLSServerName", name));
        // It has just said so itself; Consul would take it for failed until its first probe.
        return instance.state() == StageState.SERVING ? check.put("Status", "passing") : check;
    }

    private Future<String> host(StageInstance instance) {
        if (!config.advertise().isEmpty()) {
            return Future.succeededFuture(config.advertise());
        }
        return OwnAddress.isEverywhere(instance.host())
                ? vertx.executeBlocking(() -> OwnAddress.towards(config.address())).map(Objects::requireNonNull)
                : Future.succeededFuture(instance.host());
    }

    /** Takes out what is still in. */
    Future<Void> close() {
        vertx.cancelTimer(timer);
        for (var id : List.copyOf(mine.keySet())) {
            remove(id);
        }
        Future<Void> all;
        synchronized (this) {
            all = last;
        }
        return all.transform(_ -> {
            client.close();
            return Future.succeededFuture();
        });
    }
}
