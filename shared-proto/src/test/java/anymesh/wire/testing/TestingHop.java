// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.testing;

import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.FrameHandler;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A real server on a free loopback port with one method, and a channel to it; each end has its memory. Or both within this process, in
 * one memory. Closing it proves that neither end leaked.
 */
public final class TestingHop<Q extends Message, R extends Message> implements AutoCloseable {
    private static final long MEMORY_BYTES = 256 << 20;

    private final WireMemory clientMemory;
    private final WireMemory serverMemory;
    private final Server server;
    private final ManagedChannel channel;
    private final MethodDescriptor<Frame<Q>, Frame<R>> method;

    private TestingHop(WireMemory clientMemory, WireMemory serverMemory,
            Function<StageMethods, MethodDescriptor<Frame<Q>, Frame<R>>> method, FrameHandler<Q, R> handler) {
        this.clientMemory = clientMemory;
        this.serverMemory = serverMemory;
        this.method = method.apply(new StageMethods(clientMemory));
        ServerMethodDefinition<Frame<Q>, Frame<R>> served = FrameServer
                .method(method.apply(new StageMethods(serverMemory)), handler);
        String service = served.getMethodDescriptor().getServiceName();
        boolean isWithin = clientMemory.equals(serverMemory);
        String name = UUID.randomUUID().toString();
        try {
            server = (isWithin
                    ? WireTransport.serverWithin(name)
                    : WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                    .addService(ServerServiceDefinition.builder(String.valueOf(service)).addMethod(served).build())
                    .build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = isWithin
                ? WireTransport.channelWithin(name).build()
                : WireTransport.channel("127.0.0.1", server.getPort()).build();
    }

    public static <Q extends Message, R extends Message> TestingHop<Q, R> start(
            Function<StageMethods, MethodDescriptor<Frame<Q>, Frame<R>>> method, FrameHandler<Q, R> handler) {
        return start(MEMORY_BYTES, method, handler);
    }

    /** Without sockets. */
    public static <Q extends Message, R extends Message> TestingHop<Q, R> startWithin(
            Function<StageMethods, MethodDescriptor<Frame<Q>, Frame<R>>> method, FrameHandler<Q, R> handler) {
        var memory = new WireMemory("both", MEMORY_BYTES);
        return new TestingHop<>(memory, memory, method, handler);
    }

    /** With a server that may hold only so many bytes of embeddings. */
    public static <Q extends Message, R extends Message> TestingHop<Q, R> start(long serverBytes,
            Function<StageMethods, MethodDescriptor<Frame<Q>, Frame<R>>> method, FrameHandler<Q, R> handler) {
        return new TestingHop<>(new WireMemory("client", MEMORY_BYTES), new WireMemory("server", serverBytes), method,
                handler);
    }

    public CollectingObserver<R> call(CallContext context, Frame<Q> request) {
        CollectingObserver<R> observer = new CollectingObserver<>();
        FrameClient.call(channel, method, context, request, observer);
        return observer;
    }

    public CollectingObserver<R> call(Frame<Q> request) {
        return call(CallContext.start("test", null, Duration.ofSeconds(30)), request);
    }

    public MethodDescriptor<Frame<Q>, Frame<R>> method() {
        return method;
    }

    public ManagedChannel channel() {
        return channel;
    }

    public Server server() {
        return server;
    }

    public WireMemory clientMemory() {
        return clientMemory;
    }

    public WireMemory serverMemory() {
        return serverMemory;
    }

    @Override
    public void close() {
        try {
            if (!channel.shutdownNow().awaitTermination(30, TimeUnit.SECONDS)
                    || !server.shutdownNow().awaitTermination(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the hop does not end");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        // A handler whose call was cancelled may still be on its way out.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (serverMemory.allocatedBytes() > 0 && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }
        clientMemory.close();
        if (!clientMemory.equals(serverMemory)) {
            serverMemory.close();
        }
    }
}
