// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.tls.MeshTls;
import anymesh.wire.call.Registration;
import anymesh.wire.call.WireTransport;
import io.grpc.ManagedChannel;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * One gRPC channel for each stage address, opened at the first call and closed when the registry no longer names the
 * address; calls that are under way on it still finish. An address that another service has come to have is another one,
 * as another certificate may be expected there. Thread-safe.
 */
final class StageChannels implements AutoCloseable {
    /** @param name where there is no port */
    private record Address(String service, String host, int port, String name) {
        static Address of(StageInstance instance) {
            return new Address(instance.service(), instance.host(), instance.grpcPort(),
                    instance.grpcPort() == StageInstance.WITHIN ? instance.description().getIncarnation() : "");
        }
    }

    private final MeshTls tls;
    /** A vanished machine answers with silence, not with a refusal, so connecting must give up by itself. */
    private final int connectTimeoutMillis;
    private final ConcurrentMap<Address, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Registration watch;

    /** Connects with these credentials. */
    StageChannels(StageRegistry registry, MeshTls tls, Duration connectTimeout) {
        this.tls = tls;
        connectTimeoutMillis = Math.toIntExact(connectTimeout.toMillis());
        watch = registry.watch(this::forgetAllBut);
    }

    ManagedChannel to(StageInstance instance) {
        return channels.computeIfAbsent(Address.of(instance), this::open);
    }

    private ManagedChannel open(Address address) {
        if (address.port() == StageInstance.WITHIN) {
            return WireTransport.channelWithin(address.name()).build();
        }
        return tls.channel(address.service(), address.host(), address.port())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis)
                .build();
    }

    /**
     * Has the next call connect anew. A channel that could not connect refuses all calls through a growing pause, and one
     * whose peer is silent would send them into the same silence; whether to call at all is decided elsewhere. False if it
     * was renewed before, for another call that failed with it.
     */
    boolean renew(StageInstance instance, ManagedChannel failed) {
        boolean isFirst = channels.remove(Address.of(instance), failed);
        if (isFirst) {
            failed.shutdown();
        }
        return isFirst;
    }

    private void forgetAllBut(List<StageInstance> instances) {
        var known = instances.stream().map(Address::of).collect(Collectors.toSet());
        channels.entrySet().removeIf(entry -> {
            boolean gone = !known.contains(entry.getKey());
            if (gone) {
                entry.getValue().shutdown();
            }
            return gone;
        });
    }

    @Override
    public void close() {
        watch.close();
        channels.values().forEach(ManagedChannel::shutdownNow);
        channels.clear();
    }
}
