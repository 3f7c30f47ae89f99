// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.registry.PublishingRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.tls.TlsConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The registry that Consul keeps: what is put here becomes a Consul service with a gRPC health check, and the services
 * that are followed are watched wherever they registered. A Consul that is away harms nobody who is there already: stages
 * go on serving and register when it is back, and followers keep the last list they had. Thread-safe; the methods block
 * for at most {@link #PATIENCE_MILLIS} and are not for event loops. Listeners are called on Vert.x contexts.
 */
public final class ConsulStageRegistry extends PublishingRegistry {
    static final long PATIENCE_MILLIS = 2_000;

    private final ConsulAccess access;
    private final ConsulRegistrar registrar;
    private final List<ServiceFollower> followers = new ArrayList<>();
    private final Map<String, List<StageInstance>> byService = new TreeMap<>();

    private ConsulStageRegistry(ConsulAccess access, ConsulRegistrar registrar) {
        this.access = access;
        this.registrar = registrar;
    }

    /**
     * Opens the registry to register instances of some services and to follow some services, each of which may be none.
     * Waits a moment for the first lists.
     *
     * @param tls of the instances registered here: whether Consul must speak it to check them, and whose name it expects
     * @throws ConsulRefusedException if Consul answers and will not have us. One that does not answer is no error.
     */
    public static ConsulStageRegistry open(Vertx vertx, ConsulConfig config, Set<String> registers, Set<String> follows,
            TlsConfig tls) {
        var access = new ConsulAccess(vertx, config);
        var registry = new ConsulStageRegistry(access, new ConsulRegistrar(vertx, config, access, tls));
        try {
            registry.verify(registers, follows);
        } catch (RuntimeException e) {
            registry.close();
            throw e;
        }
        var first = new ArrayList<Future<Void>>();
        for (var service : follows) {
            var follower = new ServiceFollower(vertx, service, access, new LastGood(config.grace()),
                    list -> registry.accept(service, list));
            registry.followers.add(follower);
            first.add(follower.start());
        }
        awaitBriefly(Future.all(first).mapEmpty());
        return registry;
    }

    private void verify(Set<String> registers, Set<String> follows) {
        if (!registers.isEmpty()) {
            access.insist(access.mayRegister(registers), "services " + registers);
        }
        if (!follows.isEmpty()) {
            access.insist(access.mayFollow(follows), "services " + follows);
        }
    }

    @Override
    public void put(StageInstance instance) {
        awaitBriefly(registrar.put(instance));
    }

    @Override
    public void remove(String instanceId) {
        awaitBriefly(registrar.remove(instanceId));
    }

    /** Sooner than Consul's next check. It takes a token that may register the instance. */
    @Override
    public void ended(String instanceId) {
        registrar.ended(instanceId);
    }

    private synchronized void accept(String service, List<StageInstance> list) {
        byService.put(service, list);
        publish(byService.values().stream().flatMap(List::stream).toList());
    }

    /** Failures are the registrar's and the followers' to tell and to heal. */
    private static void awaitBriefly(Future<Void> future) {
        try {
            future.toCompletionStage().toCompletableFuture().get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException _) {
            // told there
        }
    }

    @Override
    public void close() {
        followers.forEach(ServiceFollower::close);
        awaitBriefly(registrar.close());
        access.close();
    }
}
