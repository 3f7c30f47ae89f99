// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.StageLost;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.WireStatus;
import anymesh.wire.testing.Batches;
import anymesh.wire.testing.CollectingObserver;
import anymesh.wire.testing.TestingHop;
import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class FailureTest {
    /** Looks at what it gets, as a stage does. */
    private static final FrameHandler<ProjectInputRequest, ProjectInputResponse> DECODE = (request, call, out) -> {
        for (EmbeddingBatch batch : request.embeddings()) {
            assertThat(batch.data().remaining()).isPositive();
        }
        out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
    };

    @Test
    void errorOfTheHandlerIsTheErrorOfTheCaller() {
        FrameHandler<ProjectInputRequest, ProjectInputResponse> handler = (request, call, out) -> {
            throw new InvalidInput("the picture is upside down", "messages[0].content[1]");
        };
        try (var hop = TestingHop.start(StageMethods::projectInput, handler);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance()))) {
            assertThat(answer.error()).isInstanceOf(InvalidInput.class).hasMessage("the picture is upside down");
            assertThat(answer.error()).extracting("param").isEqualTo("messages[0].content[1]");
        }
    }

    @Test
    void bugOfTheHandlerStaysInItsLog() {
        FrameHandler<ProjectInputRequest, ProjectInputResponse> handler = (request, call, out) -> {
            throw new IOException("expected in this test: /secret/path");
        };
        try (var hop = TestingHop.start(StageMethods::projectInput, handler);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance()))) {
            assertThat(answer.error()).isInstanceOf(InferenceFailed.class).hasMessageNotContaining("secret");
        }
    }

    @Test
    void streamThatBreaksDeliversWhatCameBefore() {
        FrameHandler<BackboneRequest, BackboneEvent> handler = (request, call, out) -> {
            out.emit(Frame.of(BackboneEvent.getDefaultInstance()));
            out.emit(Frame.of(BackboneEvent.getDefaultInstance()));
            throw new ModelNotReady("draining");
        };
        try (var hop = TestingHop.start(StageMethods::generateText, handler);
                var answer = hop.call(Frame.of(BackboneRequest.getDefaultInstance()))) {
            assertThat(answer.error()).isInstanceOf(ModelNotReady.class);
            assertThat(answer.received()).isEqualTo(2);
        }
    }

    @Test
    void unaryHandlerMustAnswerOnce() {
        FrameHandler<ProjectInputRequest, ProjectInputResponse> silent = (request, call, out) -> {};
        try (var hop = TestingHop.start(StageMethods::projectInput, silent);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance()))) {
            assertThat(answer.error()).isInstanceOf(InferenceFailed.class);
        }
        FrameHandler<ProjectInputRequest, ProjectInputResponse> twice = (request, call, out) -> {
            out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
            out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
        };
        try (var hop = TestingHop.start(StageMethods::projectInput, twice);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance()))) {
            assertThat(answer.error()).isInstanceOf(InferenceFailed.class);
        }
    }

    @Test
    void lyingBatchIsInvalidArgumentForACallerWithoutThisLibrary() {
        ProjectInputRequest lie = ProjectInputRequest.newBuilder()
                .addEmbeddings(anymesh.v1.EmbeddingBatch.newBuilder().setIpcSchema(ByteString.copyFromUtf8("nonsense"))
                        .setIpcBody(ByteString.copyFrom(new byte[4096])))
                .build();
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE)) {
            MeshException error = errorOf(
                    () -> InputProjectorGrpc.newBlockingStub(hop.channel()).project(lie));
            assertThat(error).isInstanceOf(InvalidInput.class).extracting("param").isEqualTo(EmbeddingBatch.PARAM);
        }
    }

    @Test
    void unreadableMessageIsInvalidArgument() {
        MethodDescriptor<byte[], byte[]> raw = MethodDescriptor.<byte[], byte[]>newBuilder(Raw.BYTES, Raw.BYTES)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(InputProjectorGrpc.getProjectMethod().getFullMethodName()).build();
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE)) {
            for (byte[] nonsense : List.of(new byte[]{7}, new byte[]{0x7a, 100, 1, 2, 3}, new byte[5000])) {
                assertThat(errorOf(() -> ClientCalls.blockingUnaryCall(hop.channel(), raw,
                        CallOptions.DEFAULT, nonsense))).isInstanceOf(InvalidInput.class);
            }
        }
    }

    @Test
    void unreadableAnswerIsAMismatchAndNotTheCallersFault() {
        MethodDescriptor<byte[], byte[]> raw = MethodDescriptor.<byte[], byte[]>newBuilder(Raw.BYTES, Raw.BYTES)
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(InputProjectorGrpc.getProjectMethod().getFullMethodName()).build();
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE);
                RawServer broken = RawServer.start(raw, new byte[]{0x7a, 100, 1, 2, 3});
                var answer = new CollectingObserver<ProjectInputResponse>()) {
            FrameClient.call(broken.channel(), hop.method(),
                    CallContext.start("r", null, Duration.ofSeconds(30)),
                    Frame.of(ProjectInputRequest.getDefaultInstance()), answer);
            assertThat(answer.error()).isInstanceOf(ContractMismatch.class);
        }
    }

    @Test
    void fullMemoryOfTheStageIsOverloaded() {
        try (var hop = TestingHop.start(100_000, StageMethods::projectInput, DECODE);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance(),
                        Batches.random(hop.clientMemory(), 100, 1)))) {
            assertThat(answer.error()).isInstanceOf(Overloaded.class);
        }
    }

    @Test
    void messageOverTheLimitIsRefusedBeforeItIsSent() {
        EmbeddingSpec huge = new EmbeddingSpec("huge", List.of(10 << 20), DType.FLOAT32, "b", "1");
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE);
                var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance(),
                        EmbeddingBatch.allocate(hop.clientMemory(), huge, 1),
                        EmbeddingBatch.allocate(hop.clientMemory(), huge, 1)))) {
            assertThat(answer.error()).isInstanceOf(InvalidInput.class).hasMessageContaining("message:");
        }
    }

    @Test
    void stageThatIsNotThereIsLostWithoutHavingSeenTheCall() {
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE)) {
            hop.server().shutdownNow();
            try (var answer = hop.call(Frame.of(ProjectInputRequest.getDefaultInstance(),
                    Batches.random(hop.clientMemory(), 1, 1)))) {
                assertThat(answer.error()).isInstanceOfSatisfying(StageLost.class,
                        lost -> assertThat(lost.reached()).isFalse());
            }
        }
    }

    @Test
    void stageThatDiesInTheMiddleIsLost() throws Exception {
        CountDownLatch serving = new CountDownLatch(1);
        CompletableFuture<Boolean> handlerTold = new CompletableFuture<>();
        FrameHandler<BackboneRequest, BackboneEvent> handler = (request, call, out) -> {
            CountDownLatch cancelled = new CountDownLatch(1);
            call.onCancel(cancelled::countDown);
            out.emit(Frame.of(BackboneEvent.getDefaultInstance()));
            serving.countDown();
            cancelled.await();
            handlerTold.complete(true);
        };
        try (var hop = TestingHop.start(StageMethods::generateText, handler);
                var answer = hop.call(Frame.of(BackboneRequest.getDefaultInstance()))) {
            serving.await();
            hop.server().shutdownNow();
            assertThat(answer.error()).isInstanceOfSatisfying(StageLost.class,
                    lost -> assertThat(lost.reached()).isTrue());
            assertThat(handlerTold.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void methodThatIsNotServedIsAnotherServersWord() {
        try (var hop = TestingHop.start(StageMethods::projectInput, DECODE);
                WireMemory memory = new WireMemory("other", 1 << 20);
                var answer = new CollectingObserver<EncodeResponse>()) {
            FrameClient.call(hop.channel(), new StageMethods(memory).encode(),
                    CallContext.start("r", null, Duration.ofSeconds(30)),
                    Frame.of(EncodeRequest.getDefaultInstance()), answer);
            assertThat(answer.error()).isInstanceOf(StageLost.class);
        }
    }

    private static MeshException errorOf(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return WireStatus.fromGrpc(e.getStatus(), e.getTrailers());
        }
        throw new AssertionError("the call succeeded");
    }

    /** Bytes as they are. */
    private enum Raw implements MethodDescriptor.Marshaller<byte[]> {
        BYTES;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Answers everything with the same bytes. */
    private record RawServer(Server server, ManagedChannel channel) implements AutoCloseable {
        static RawServer start(MethodDescriptor<byte[], byte[]> method, byte[] answer) {
            ServerServiceDefinition service = ServerServiceDefinition
                    .builder(String.valueOf(method.getServiceName()))
                    .addMethod(method, ServerCalls.asyncUnaryCall((request, out) -> {
                        out.onNext(answer);
                        out.onCompleted();
                    })).build();
            try {
                Server server = WireTransport
                        .server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(service).build().start();
                return new RawServer(server, WireTransport.channel("127.0.0.1", server.getPort()).build());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }
}
