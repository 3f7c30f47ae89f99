// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.WireLimits;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The one set of gRPC settings, so that both ends agree.
 *
 * <ul>
 * <li>Message limit: gRPC's default of 4 MiB is smaller than a batch of embeddings.
 * <li>Flow-control window of 4 MiB, one large batch: with the default of 1 MiB it waits for round trips, with 16 MiB it
 * falls out of the processor's cache on its way (a tenth slower), and a slow reader makes the peer hold more.
 * <li>Reads of up to 256 KiB instead of 64: fewer of HTTP/2's frames lie across two reads, where Netty copies them.
 * <li>Direct executor: {@link FrameServer} and {@link FrameClient} never block gRPC's thread, so a hop to a pool would
 * only cost time. Whatever else is served or called here must not block either.
 * <li>Netty's own allocator: gRPC's has chunks of 2 MiB, which the buffers of one large message empty and fill, so that
 * each message takes fresh memory from the system, zeroed first.
 * <li>No retries: they would keep a copy of each request, and redo steps behind the router's back.
 * <li>Keep-alive during calls: a peer that vanished without closing its connection is noticed within half a minute.
 * <li>No proxy: hops stay inside the deployment whatever the environment says.
 * </ul>
 */
public final class WireTransport {
    private static final int WINDOW_BYTES = 4 << 20;
    private static final int MAX_READ_BYTES = 256 << 10;
    private static final long KEEP_ALIVE_SECONDS = 20;

    private WireTransport() {}

    /** A channel to one instance, plaintext; connects on the first call. */
    public static NettyChannelBuilder channel(String host, int port) {
        return channel(host, port, InsecureChannelCredentials.create());
    }

    /** As {@link #channel(String, int)}, with the credentials to show and to ask for. */
    public static NettyChannelBuilder channel(String host, int port, ChannelCredentials credentials) {
        return NettyChannelBuilder.forAddress(host, port, credentials).directExecutor().disableRetry()
                .proxyDetector(target -> null)
                .withOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                .withOption(ChannelOption.RECVBUF_ALLOCATOR, reads()).flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(WireLimits.MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(WireLimits.MAX_CALL_METADATA_BYTES)
                .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS);
    }

    /** A server for services and methods to be added to, plaintext; port 0 takes any free one. */
    public static NettyServerBuilder server(InetSocketAddress address) {
        return server(address, InsecureServerCredentials.create());
    }

    /** As {@link #server(InetSocketAddress)}, with the credentials to show and to ask for. */
    public static NettyServerBuilder server(InetSocketAddress address, ServerCredentials credentials) {
        return NettyServerBuilder.forAddress(address, credentials).directExecutor()
                .withChildOption(ChannelOption.ALLOCATOR, ByteBufAllocator.DEFAULT)
                .withChildOption(ChannelOption.RECVBUF_ALLOCATOR, reads()).flowControlWindow(WINDOW_BYTES)
                .maxInboundMessageSize(WireLimits.MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(WireLimits.MAX_CALL_METADATA_BYTES)
                .permitKeepAliveTime(KEEP_ALIVE_SECONDS / 2, TimeUnit.SECONDS);
    }

    /**
     * A channel to a server of this process, without sockets: the same calls, deadlines and statuses, and frames that change hands without
     * being written out. Calls fail as {@code UNAVAILABLE} as long as there is no such server.
     */
    public static InProcessChannelBuilder channelWithin(String name) {
        return InProcessChannelBuilder.forName(name).directExecutor()
                .maxInboundMetadataSize(WireLimits.MAX_CALL_METADATA_BYTES);
    }

    /** A server for callers in this process. */
    public static InProcessServerBuilder serverWithin(String name) {
        return InProcessServerBuilder.forName(name).directExecutor()
                .maxInboundMetadataSize(WireLimits.MAX_CALL_METADATA_BYTES);
    }

    /** Small on an idle connection, growing with what arrives. */
    private static AdaptiveRecvByteBufAllocator reads() {
        return new AdaptiveRecvByteBufAllocator(64, 4096, MAX_READ_BYTES);
    }
}
