// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The fixtures are made, and read, by src/test/python/pyarrow_fixtures.py: three rows of [2, 3], 0, 0.25, 0.5 and so on. */
class PyarrowTest {
    @ParameterizedTest
    @EnumSource
    void batchesOfPyarrowAreRead(DType dtype) throws IOException {
        anymesh.v1.EmbeddingBatch written = fixture("from-pyarrow-", dtype);
        try (WireMemory memory = new WireMemory("test", 1 << 20);
                EmbeddingBatch batch = EmbeddingBatch.received(written.getIpcSchema().toByteArray(),
                        written.getIpcHeader().toByteArray(), memory.allocate(written.getIpcBody().size()),
                        written.getIpcBody().size())) {
            assertThat(batch.spec()).isEqualTo(spec(dtype, "pyarrow"));
            assertThat(batch.rows()).isEqualTo(3);
            written.getIpcBody().substring(0, batch.data().remaining()).copyTo(batch.data());
            for (int i = 0; i < 18; i++) {
                assertThat(number(batch.data(), dtype, i)).isEqualTo(i / 4f);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void batchesOfOursAreThoseThatPyarrowReads(DType dtype) throws IOException {
        try (WireMemory memory = new WireMemory("test", 1 << 20);
                EmbeddingBatch batch = EmbeddingBatch.allocate(memory, spec(dtype, "java"), 3)) {
            fill(batch, dtype);
            ByteString body = ByteString.copyFrom(batch.data());
            ByteString padding = ByteString.copyFrom(new byte[(int) batch.bodyBytes() - body.size()]);
            assertThat(anymesh.v1.EmbeddingBatch.newBuilder().setIpcSchema(ByteString.copyFrom(batch.ipcSchema()))
                    .setIpcHeader(ByteString.copyFrom(batch.ipcHeader())).setIpcBody(body.concat(padding)).build())
                    .isEqualTo(fixture("from-java-", dtype));
        }
    }

    /** 0, 0.25, 0.5 and so on. */
    static void fill(EmbeddingBatch batch, DType dtype) {
        ByteBuffer data = batch.data();
        for (int i = 0; data.hasRemaining(); i++) {
            switch (dtype) {
                case FLOAT32 -> data.putFloat(i / 4f);
                case FLOAT16 -> data.putShort(Float.floatToFloat16(i / 4f));
            }
        }
    }

    static float number(ByteBuffer data, DType dtype, int i) {
        return switch (dtype) {
            case FLOAT32 -> data.getFloat(4 * i);
            case FLOAT16 -> Float.float16ToFloat(data.getShort(2 * i));
        };
    }

    private static EmbeddingSpec spec(DType dtype, String bundle) {
        return new EmbeddingSpec("fixture", List.of(2, 3), dtype, bundle, "1");
    }

    private static anymesh.v1.EmbeddingBatch fixture(String name, DType dtype) throws IOException {
        String path = "/pyarrow/" + name + dtype.name().toLowerCase(Locale.ROOT) + ".binpb";
        try (InputStream in = PyarrowTest.class.getResourceAsStream(path)) {
            assertThat(in).as(path).isNotNull();
            return anymesh.v1.EmbeddingBatch.parseFrom(in);
        }
    }
}
