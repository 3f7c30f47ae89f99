// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.testing.Batches;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever arrives is either understood or InvalidInput; nothing else is thrown, and nothing stays allocated. */
class WireFuzzTest {
    private static final long BODY_BYTES = 2 * Batches.SPEC.rowBytes();

    @Property(tries = 3000)
    void randomBytesNeverBreakTheMarshaller(@ForAll @Size(max = 400) byte[] bytes) {
        touch(new ChunkedStream(bytes, 37));
        touch(new ByteArrayInputStream(bytes));
    }

    @Property(tries = 3000)
    void damagedMessagesNeverBreakTheMarshaller(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int wounds) {
        // The body is left out of harm's way, or nearly every wound would land in numbers, where it is allowed.
        Random random = new Random(seed);
        byte[] message = message(fields(1).toArray(ByteString[]::new));
        byte[] damaged = damage(message, Math.min(message.length, 1500), wounds, random);
        touch(new ChunkedStream(damaged, 1 + random.nextInt(2000)));
        touch(new ByteArrayInputStream(damaged));
    }

    @Property(tries = 5000)
    void damagedDescriptionsNeverBreakTheCodec(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int wounds) {
        Random random = new Random(seed);
        byte[] schema = ArrowCodec.schema(Batches.SPEC);
        byte[] header = ArrowCodec.header(Batches.SPEC, 2);
        if (random.nextBoolean()) {
            schema = damage(schema, schema.length, wounds, random);
        } else {
            header = damage(header, header.length, wounds, random);
        }
        try {
            ArrowCodec.Layout layout = ArrowCodec.read(schema, header, BODY_BYTES);
            assertThat(layout.rows() * layout.spec().rowBytes()).isBetween(BODY_BYTES - 63, BODY_BYTES);
        } catch (InvalidInput e) {
            assertThat(e.param()).isEqualTo(EmbeddingBatch.PARAM);
        }
    }

    @Property(tries = 500)
    void anyOrderOfFieldsInAnyChunksIsTheSameMessage(@ForAll long seed,
            @ForAll @IntRange(min = 1, max = 9000) int chunk) {
        Random random = new Random(seed);
        List<ByteString> inner = new ArrayList<>(fields(2));
        inner.add(WireBytes.field(9, ByteString.copyFromUtf8("unknown")));
        inner.add(WireBytes.tag(10, 0).concat(WireBytes.varint(random.nextLong())));
        Collections.shuffle(inner, random);
        try (WireMemory memory = new WireMemory("fuzz", 1 << 20);
                Frame<ProjectInputRequest> frame = marshaller(memory)
                        .parse(new ChunkedStream(message(inner.toArray(ByteString[]::new)), chunk));
                EmbeddingBatch same = Batches.random(memory, 2, 2)) {
            assertThat(frame.header().getModality()).isEqualTo(Modality.VIDEO);
            assertThat(frame.embeddings().getFirst().data()).isEqualTo(same.data());
        }
    }

    private static void touch(InputStream stream) {
        try (WireMemory memory = new WireMemory("fuzz", 64 << 20)) {
            try (Frame<ProjectInputRequest> frame = marshaller(memory).parse(stream)) {
                for (EmbeddingBatch batch : frame.embeddings()) {
                    assertThat((long) batch.data().remaining()).isEqualTo(batch.rows() * batch.spec().rowBytes());
                }
            } catch (InvalidInput expected) {
                assertThat(expected.getMessage()).isNotBlank();
            }
        }
    }

    private static byte[] message(ByteString... inner) {
        ByteString header = ProjectInputRequest.newBuilder().setModality(Modality.VIDEO).build().toByteString();
        return WireBytes.field(15, ByteString.copyFrom(List.of(inner))).concat(header).toByteArray();
    }

    /** The three fields of a batch of two rows. */
    private static List<ByteString> fields(long seed) {
        try (WireMemory memory = new WireMemory("fuzz", 1 << 20);
                EmbeddingBatch batch = Batches.random(memory, 2, seed)) {
            return List.of(WireBytes.field(1, ByteString.copyFrom(batch.ipcSchema())),
                    WireBytes.field(2, ByteString.copyFrom(batch.ipcHeader())),
                    WireBytes.field(15, ByteString.copyFrom(batch.data())));
        }
    }

    private static FrameMarshaller<ProjectInputRequest> marshaller(WireMemory memory) {
        return new FrameMarshaller<>(memory, ProjectInputRequest.parser(), ProjectInputRequest.getDefaultInstance());
    }

    /** Flips, overwrites, cuts, or repeats some bytes among the first ones. */
    private static byte[] damage(byte[] bytes, int range, int wounds, Random random) {
        byte[] damaged = bytes.clone();
        for (int i = 0; i < wounds && damaged.length > 0; i++) {
            int at = random.nextInt(Math.min(range, damaged.length));
            switch (random.nextInt(5)) {
                case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> damaged[at] = (byte) random.nextInt();
                case 2 -> damaged[at] = (byte) (random.nextBoolean() ? 0x7f : 0xff);
                case 3 -> damaged = Arrays.copyOf(damaged, at);
                default -> {
                    byte[] longer = new byte[damaged.length + 4];
                    System.arraycopy(damaged, 0, longer, 0, at);
                    System.arraycopy(damaged, at, longer, at + 4, damaged.length - at);
                    damaged = longer;
                }
            }
        }
        return damaged;
    }
}
