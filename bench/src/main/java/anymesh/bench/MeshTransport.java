// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.FrameObserver;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One hop as the mesh makes it: a unary call with its own deadline, id and trace, answered by a handler on a virtual
 * thread, both ends decoding the batch.
 */
@SuppressWarnings("try")
final class MeshTransport implements EchoTransport {
    private static final long MEMORY_BYTES = 1L << 30;

    private final WireMemory clientMemory = new WireMemory("client", MEMORY_BYTES);
    private final WireMemory serverMemory = new WireMemory("server", MEMORY_BYTES);
    private final StageMethods clientMethods = new StageMethods(clientMemory);
    private final Server server;
    private final ManagedChannel channel;

    MeshTransport() throws Exception {
        var method = FrameServer.method(new StageMethods(serverMemory).projectInput(), (request, call, out) -> {
            EmbeddingBatch batch = request.embeddings().getFirst();
            ByteBuffer data = batch.data();
            EchoTransport.check(data.getLong(0), data.getLong(0), data.getLong(data.limit() - 8));
            out.emit(Frame.of(ProjectInputResponse.getDefaultInstance(), batch.retain()));
        });
        String service = String.valueOf(method.getMethodDescriptor().getServiceName());
        server = WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder(service).addMethod(method).build()).build().start();
        channel = WireTransport.channel("127.0.0.1", server.getPort()).build();
    }

    @Override
    public String name() {
        return "Anymesh";
    }

    @Override
    public Lane open(Payload payload) {
        EmbeddingSpec spec = new EmbeddingSpec("bench", List.of(payload.columns()), DType.FLOAT32, "bench", "1");
        return new MeshLane(EmbeddingBatch.allocate(clientMemory, spec, payload.rows()));
    }

    @Override
    public void close() throws Exception {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        clientMemory.close();
        serverMemory.close();
    }

    private final class MeshLane implements Lane {
        private final EmbeddingBatch batch;
        private final ByteBuffer data;
        private final ProjectInputRequest header = ProjectInputRequest.newBuilder().setModality(Modality.IMAGE).build();

        MeshLane(EmbeddingBatch batch) {
            this.batch = batch;
            this.data = batch.data();
        }

        @Override
        public void call(long stamp) throws Exception {
            data.putLong(0, stamp).putLong(data.limit() - 8, ~stamp);
            CallContext context = CallContext.start("bench", null, Duration.ofSeconds(30));
            Answer<ProjectInputResponse> answer = new Answer<>();
            FrameClient.call(channel, clientMethods.projectInput(), context, Frame.of(header, batch.retain()), answer);
            try (Frame<ProjectInputResponse> frame = answer.future.get()) {
                ByteBuffer echo = frame.embeddings().getFirst().data();
                EchoTransport.check(stamp, echo.getLong(0), echo.getLong(echo.limit() - 8));
            }
        }

        @Override
        public void close() {
            batch.close();
        }
    }

    /** The one frame, handed over when the call is complete. */
    private static final class Answer<R extends Message> implements FrameObserver<R> {
        private final CompletableFuture<Frame<R>> future = new CompletableFuture<>();
        private @Nullable Frame<R> frame;

        @Override
        public void onFrame(Frame<R> received) {
            frame = received;
        }

        @Override
        public void onEnd(@Nullable Throwable error) {
            Frame<R> received = frame;
            if (error == null && received != null) {
                future.complete(received);
            } else {
                future.completeExceptionally(error == null ? new IllegalStateException("no answer") : error);
            }
        }
    }
}
