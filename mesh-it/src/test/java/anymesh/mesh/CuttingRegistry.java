// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.testing.Cuts;
import anymesh.kit.testing.CuttingProxy;
import anymesh.wire.call.Registration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Another registry's instances, each behind a proxy that cuts connections. */
final class CuttingRegistry implements StageRegistry {
    private final StageRegistry registry;
    private final Cuts cuts;
    private final Map<String, CuttingProxy> proxies = new ConcurrentHashMap<>();

    CuttingRegistry(StageRegistry registry, Cuts cuts) {
        this.registry = registry;
        this.cuts = cuts;
    }

    private List<StageInstance> behindProxies(List<StageInstance> instances) {
        return instances.stream().map(this::behindProxy).toList();
    }

    /** One that does not listen yet stays as it is. A port may be another's later: each process has a proxy of its own. */
    private StageInstance behindProxy(StageInstance it) {
        if (it.grpcPort() == 0) {
            return it;
        }
        var process = it.grpcPort() + " " + it.description().getIncarnation();
        var proxy = proxies.computeIfAbsent(process, _ -> open(it));
        return new StageInstance(it.id(), it.service(), InetAddress.getLoopbackAddress().getHostAddress(), proxy.port(),
                it.httpPort(), it.pid(), it.state(), it.description());
    }

    private CuttingProxy open(StageInstance instance) {
        try {
            return new CuttingProxy(instance.host(), instance.grpcPort(), cuts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void put(StageInstance instance) {
        registry.put(instance);
    }

    @Override
    public void remove(String instanceId) {
        registry.remove(instanceId);
    }

    @Override
    public List<StageInstance> snapshot() {
        return behindProxies(registry.snapshot());
    }

    @Override
    public Registration watch(Consumer<List<StageInstance>> listener) {
        return registry.watch(instances -> listener.accept(behindProxies(instances)));
    }

    @Override
    public void close() {
        registry.close();
        proxies.values().forEach(proxy -> {
            try {
                proxy.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
