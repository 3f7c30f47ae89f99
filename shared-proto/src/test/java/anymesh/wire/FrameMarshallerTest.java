// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.v1.EncodeRequest;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.Overloaded;
import anymesh.wire.testing.Batches;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameMarshallerTest {
    private final WireMemory memory = new WireMemory("test", 64 << 20);
    private final FrameMarshaller<ProjectInputRequest> marshaller = new FrameMarshaller<>(memory,
            ProjectInputRequest.parser(), ProjectInputRequest.getDefaultInstance());

    @AfterEach
    void memoryClosesWithoutLeak() {
        memory.close();
    }

    @Test
    void wireIsOrdinaryProtobuf() throws IOException {
        try (EmbeddingBatch batch = Batches.random(memory, 3, 1)) {
            ProjectInputRequest plain = ProjectInputRequest
                    .parseFrom(drain(marshaller.stream(Frame.of(image(), batch))));
            assertThat(plain.getModality()).isEqualTo(Modality.IMAGE);
            assertThat(plain.getEmbeddings(0).getIpcBody().asReadOnlyByteBuffer()).isEqualTo(batch.data());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 16_384, 1 << 20})
    void ordinaryProtobufIsReadInWhateverChunksItComes(int chunk) throws IOException {
        byte[] plain = message(2).toByteArray();
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ChunkedStream(plain, chunk));
                EmbeddingBatch same = Batches.random(memory, 2, 5)) {
            assertThat(frame.header()).isEqualTo(image());
            assertThat(frame.embeddings().getFirst().data()).isEqualTo(same.data());
        }
    }

    @Test
    void streamOfUnknownLengthIsRead() throws IOException {
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ByteArrayInputStream(message(2).toByteArray()))) {
            assertThat(frame.embeddings().getFirst().rows()).isEqualTo(2);
        }
    }

    @Test
    void streamCanBeReadWithoutDraining() throws IOException {
        try (EmbeddingBatch batch = Batches.random(memory, 40, 1)) {
            Frame<ProjectInputRequest> frame = Frame.of(image(), batch);
            byte[] read = marshaller.stream(frame).readAllBytes();
            assertThat(read).isEqualTo(drain(marshaller.stream(frame)));
        }
    }

    @Test
    void announcedLengthIsTheLengthWritten() throws IOException {
        try (EmbeddingBatch batch = Batches.random(memory, 40, 1)) {
            InputStream stream = marshaller.stream(Frame.of(image(), batch));
            assertThat(stream).isInstanceOf(KnownLength.class);
            int announced = stream.available();
            assertThat(drain(stream)).hasSize(announced);
            assertThat(stream.available()).isZero();
        }
    }

    @Test
    void frameCanBeStreamedAgain() throws IOException {
        try (EmbeddingBatch batch = Batches.random(memory, 1, 1)) {
            Frame<ProjectInputRequest> frame = Frame.of(image(), batch);
            assertThat(drain(marshaller.stream(frame))).isEqualTo(drain(marshaller.stream(frame)));
        }
    }

    @Test
    void droppedStreamHoldsNothing() {
        EmbeddingBatch batch = Batches.random(memory, 1, 1);
        assertThat(marshaller.stream(Frame.of(image(), batch))).isNotNull();
        batch.close();
        assertThat(memory.allocatedBytes()).isZero();
    }

    @Test
    void closedFrameIsNeverDrained() {
        EmbeddingBatch batch = Batches.random(memory, 1, 1);
        InputStream stream = marshaller.stream(Frame.of(image(), batch));
        batch.close();
        assertThatThrownBy(() -> drain(stream)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void fieldsMayComeInAnyOrder() throws IOException {
        anymesh.v1.EmbeddingBatch parts = message(2).getEmbeddings(0);
        ByteString body = WireBytes.field(15, parts.getIpcBody());
        ByteString schema = WireBytes.field(1, parts.getIpcSchema());
        ByteString header = WireBytes.field(2, parts.getIpcHeader());
        ByteString batch = WireBytes.field(15, body.concat(header).concat(schema));
        byte[] message = batch.concat(image().toByteString()).toByteArray();
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ChunkedStream(message, 1000))) {
            assertThat(frame.header()).isEqualTo(image());
            assertThat(frame.embeddings().getFirst().rows()).isEqualTo(2);
        }
    }

    @Test
    void lastOfRepeatedFieldsCountsAsInProtobuf() throws IOException {
        anymesh.v1.EmbeddingBatch parts = message(2).getEmbeddings(0);
        ByteString earlier = WireBytes.field(15, ByteString.copyFrom(new byte[5000]));
        byte[] message = WireBytes.field(15, earlier.concat(parts.toByteString())).toByteArray();
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ChunkedStream(message, 1000))) {
            assertThat(frame.embeddings().getFirst().rows()).isEqualTo(2);
        }
    }

    @Test
    void unknownFieldsAreKeptInTheHeaderAndSkippedInBatches() throws IOException {
        UnknownFieldSet future = UnknownFieldSet.newBuilder()
                .addField(7, UnknownFieldSet.Field.newBuilder().addVarint(-1).addFixed32(1).addFixed64(2)
                        .addLengthDelimited(ByteString.copyFromUtf8("later"))
                        .addGroup(UnknownFieldSet.newBuilder()
                                .addField(3, UnknownFieldSet.Field.newBuilder().addVarint(5).build()).build())
                        .build())
                .build();
        ProjectInputRequest plain = message(2);
        byte[] message = plain.toBuilder().setUnknownFields(future)
                .setEmbeddings(0, plain.getEmbeddings(0).toBuilder().setUnknownFields(future)).build().toByteArray();
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ChunkedStream(message, 1000))) {
            assertThat(frame.header().getUnknownFields()).isEqualTo(future);
            assertThat(frame.embeddings().getFirst().rows()).isEqualTo(2);
        }
    }

    @Test
    void mediaInHeadersComeThrough() throws IOException {
        FrameMarshaller<EncodeRequest> encode = new FrameMarshaller<>(memory, EncodeRequest.parser(),
                EncodeRequest.getDefaultInstance());
        EncodeRequest request = EncodeRequest.newBuilder()
                .addItems(MediaItem.newBuilder().setMedia(ByteString.copyFrom(new byte[3_000_000]))).build();
        byte[] bytes = drain(encode.stream(Frame.of(request)));
        try (Frame<EncodeRequest> frame = encode.parse(new ChunkedStream(bytes, 16_384))) {
            assertThat(frame.header()).isEqualTo(request);
        }
    }

    @Test
    void everyTruncationIsToldAndNothingLeaks() throws IOException {
        byte[] message = message(1).toByteArray();
        for (int length = 3; length < message.length; length += 1 + length / 50) {
            byte[] cut = Arrays.copyOf(message, length);
            assertThat(failure(new ChunkedStream(cut, 1000))).isInstanceOf(InvalidInput.class);
            assertThat(failure(new ByteArrayInputStream(cut))).isInstanceOf(InvalidInput.class);
        }
    }

    static Stream<ByteString> liars() {
        ByteString huge = ByteString.copyFrom(new byte[]{(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
        ByteString negative = ByteString.copyFrom(new byte[]{-1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        ByteString endless = ByteString.copyFrom(new byte[]{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});
        ByteString batch = WireBytes.tag(15, 2);
        return Stream.of(batch.concat(huge), batch.concat(negative), batch.concat(endless),
                WireBytes.field(15, WireBytes.tag(15, 2).concat(huge)),
                WireBytes.field(15, WireBytes.tag(15, 2).concat(negative)),
                WireBytes.field(15, WireBytes.tag(1, 2).concat(huge)), WireBytes.tag(1, 2).concat(negative),
                WireBytes.tag(1, 4), WireBytes.tag(1, 7), WireBytes.tag(1, 3), ByteString.copyFrom(new byte[]{0, 0}),
                WireBytes.field(15,
                        WireBytes.field(1, ByteString.copyFrom(new byte[WireLimits.MAX_METADATA_BYTES + 1]))),
                // a field that ends behind its batch
                WireBytes.field(15, WireBytes.tag(3, 0)).concat(ByteString.copyFrom(new byte[]{5})),
                manyBatches(), manyGroups());
    }

    private static ByteString manyBatches() {
        return ByteString.copyFrom(Collections.nCopies(WireLimits.MAX_BATCHES + 1,
                WireBytes.field(15, ByteString.EMPTY)));
    }

    private static ByteString manyGroups() {
        return ByteString.copyFrom(Collections.nCopies(10_000, WireBytes.tag(1, 3)));
    }

    @ParameterizedTest
    @MethodSource("liars")
    void messageThatLiesIsInvalidInput(ByteString message) {
        assertThat(failure(new ChunkedStream(message.toByteArray(), 1000))).isInstanceOf(InvalidInput.class);
        assertThat(failure(new ByteArrayInputStream(message.toByteArray()))).isInstanceOf(InvalidInput.class);
    }

    @Test
    void headerOfAnotherTypeIsInvalidInput() {
        byte[] badUtf8 = WireBytes.field(2, ByteString.copyFrom(new byte[]{-1})).toByteArray();
        FrameMarshaller<EncodeRequest> encode = new FrameMarshaller<>(memory, EncodeRequest.parser(),
                EncodeRequest.getDefaultInstance());
        byte[] message = WireBytes.field(3, ByteString.copyFrom(badUtf8)).toByteArray();
        try (Frame<EncodeRequest> frame = encode.parse(new ByteArrayInputStream(message))) {
            assertThat(frame.failure()).isInstanceOf(InvalidInput.class);
        }
    }

    @Test
    void fullMemoryIsToldAsOverloaded() {
        try (WireMemory small = new WireMemory("small", 1000)) {
            FrameMarshaller<ProjectInputRequest> tight = new FrameMarshaller<>(small, ProjectInputRequest.parser(),
                    ProjectInputRequest.getDefaultInstance());
            try (Frame<ProjectInputRequest> frame = tight.parse(new ChunkedStream(bytes(message(2)), 1000))) {
                assertThat(frame.failure()).isInstanceOf(Overloaded.class);
                assertThatThrownBy(() -> frame.embeddings().getFirst().spec()).isInstanceOf(Overloaded.class);
            }
        }
    }

    @Test
    void emptyMessageIsAnEmptyFrame() {
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ByteArrayInputStream(new byte[0]))) {
            assertThat(frame.failure()).isNull();
            assertThat(frame.header()).isEqualTo(ProjectInputRequest.getDefaultInstance());
        }
    }

    @Test
    void batchWithNothingInItFailsWhenLookedAt() {
        byte[] message = WireBytes.field(15, ByteString.EMPTY).toByteArray();
        try (Frame<ProjectInputRequest> frame = marshaller.parse(new ByteArrayInputStream(message))) {
            assertThat(frame.failure()).isNull();
            assertThatThrownBy(() -> frame.embeddings().getFirst().data()).isInstanceOf(InvalidInput.class);
        }
    }

    private @Nullable MeshException failure(InputStream stream) {
        try (Frame<ProjectInputRequest> frame = marshaller.parse(stream)) {
            return frame.failure();
        } finally {
            assertThat(memory.allocatedBytes()).isZero();
        }
    }

    /** As a peer without this library writes it. */
    private ProjectInputRequest message(int rows) {
        try (EmbeddingBatch batch = Batches.random(memory, rows, 5)) {
            return image().toBuilder()
                    .addEmbeddings(anymesh.v1.EmbeddingBatch.newBuilder()
                            .setIpcSchema(ByteString.copyFrom(batch.ipcSchema()))
                            .setIpcHeader(ByteString.copyFrom(batch.ipcHeader()))
                            .setIpcBody(ByteString.copyFrom(batch.data())))
                    .build();
        }
    }

    private static byte[] bytes(ProjectInputRequest message) {
        return message.toByteArray();
    }

    private static byte[] drain(InputStream stream) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int written = ((Drainable) stream).drainTo(out);
        assertThat(written).isEqualTo(out.size());
        return out.toByteArray();
    }

    private static ProjectInputRequest image() {
        return ProjectInputRequest.newBuilder().setModality(Modality.IMAGE).build();
    }
}
