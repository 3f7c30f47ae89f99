// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.wire.call.Registration;
import anymesh.wire.call.WireTransport;
import io.grpc.ManagedChannel;
import io.netty.channel.ChannelOption;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * One gRPC channel for each stage address, opened at the first call and closed when the registry no longer names the
 * address; calls that are under way on it still finish. Thread-safe.
 */
public final class StageChannels implements AutoCloseable {
    /** A vanished machine answers with silence, not with a refusal, so connecting must give up by itself. */
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

    private record Address(String host, int port) {
        static Address of(StageInstance instance) {
            return new Address(instance.host(), instance.grpcPort());
        }
    }

    private final ConcurrentMap<Address, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final Registration watch;

    public StageChannels(StageRegistry registry) {
        watch = registry.watch(this::forgetAllBut);
    }

    ManagedChannel to(StageInstance instance) {
        return channels.computeIfAbsent(Address.of(instance), StageChannels::open);
    }

    private static ManagedChannel open(Address address) {
        return WireTransport.channel(address.host(), address.port())
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .build();
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
