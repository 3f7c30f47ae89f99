// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.ArrowMessages.HeaderParts;
import anymesh.wire.ArrowMessages.SchemaParts;
import anymesh.wire.error.InvalidInput;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArrowCodecTest {
    private static final long BODY = 48;

    @ParameterizedTest
    @EnumSource
    void descriptionsReadBackAsWritten(DType dtype) {
        EmbeddingSpec spec = new EmbeddingSpec("sd15-cond-77x768", List.of(77, 768), dtype, "größe", "2.0.1-rc1");
        long body = ArrowCodec.paddedBytes(spec.rowBytes() * 5);
        assertThat(ArrowCodec.read(ArrowCodec.schema(spec), ArrowCodec.header(spec, 5), body))
                .isEqualTo(new ArrowCodec.Layout(spec, 5));
    }

    @Test
    void plainMessagesOfTheseTestsAreReadable() {
        assertThat(read(same(), same(), BODY).rows()).isEqualTo(2);
    }

    @Test
    void newerMinorVersionWithMoreKeysStillReads() {
        assertThat(read(s -> s.key("anymesh.schema", "1.7").key("producer.colour", "blue"), same(), BODY).spec())
                .isEqualTo(new EmbeddingSpec("s", List.of(2, 3), DType.FLOAT32, "b", "1"));
    }

    @Test
    void whatOtherWritersAddToTheTensorTypeIsUnderstood() {
        String json = "{\"shape\": [2, 3], \"dim_names\": [\"t\", \"h\"], \"permutation\": [0, 1]}";
        assertThat(read(s -> s.extensionMetadata(json).key("shape", "[2, 3]"), same(), BODY).spec().shape())
                .containsExactly(2, 3);
    }

    @Test
    void bodyPaddedTo64BytesIsTaken() {
        assertThat(read(same(), change(h -> h.bodyLength = 64), 64).rows()).isEqualTo(2);
    }

    static Stream<Arguments> lyingHeaders() {
        return Stream.of(header("a billion rows", h -> h.rows = 1_000_000_000),
                header("a billion rows, consistently", h -> {
                    h.rows = 1_000_000_000;
                    h.nodes = new long[][]{{h.rows, 0}, {h.rows * 6, 0}};
                    h.buffers[2][1] = h.rows * 24;
                }), header("rows that overflow", h -> {
                    h.rows = Long.MAX_VALUE / 6;
                    h.nodes = new long[][]{{h.rows, 0}, {h.rows * 6, 0}};
                }), header("negative rows", h -> h.rows = -1), header("no rows", h -> {
                    h.rows = 0;
                    h.nodes = new long[][]{{0, 0}, {0, 0}};
                    h.buffers[2][1] = 0;
                }), header("one row too many", h -> {
                    h.rows = 3;
                    h.nodes = new long[][]{{3, 0}, {18, 0}};
                    h.buffers[2][1] = 72;
                }), header("one row left out", h -> {
                    h.rows = 1;
                    h.nodes = new long[][]{{1, 0}, {6, 0}};
                    h.buffers[2][1] = 24;
                    h.bodyLength = 24;
                }), header("list of another length", h -> h.nodes[0][0] = 1),
                header("items of another length", h -> h.nodes[1][0] = 11),
                header("nulls in the list", h -> h.nodes[0][1] = 1),
                header("nulls in the items", h -> h.nodes[1][1] = -1), header("one node", h -> {
                    h.nodes = new long[][]{{2, 0}};
                }), header("no buffers", h -> h.buffers = new long[0][]),
                header("validity bytes", h -> h.buffers[0][1] = 8),
                header("negative data length", h -> h.buffers[2][1] = -48),
                header("data elsewhere", h -> h.buffers[2][0] = 8),
                header("negative offset", h -> h.buffers[2][0] = -8),
                header("another body length", h -> h.bodyLength = 56),
                header("negative body length", h -> h.bodyLength = -48),
                header("compression", h -> h.compressed = true), header("an old version", h -> h.version = 2));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lyingHeaders")
    void headerThatLiesIsInvalidInput(String lie, UnaryOperator<HeaderParts> header) {
        assertInvalid(ArrowMessages.schema(same()), ArrowMessages.header(header), BODY);
    }

    static Stream<Arguments> wrongSchemas() {
        return Stream.of(schema("no column", s -> s.columns = 0), schema("two columns", s -> s.columns = 2),
                schema("another column", s -> s.column = "tokens"),
                schema("no extension", s -> s.extension.clear()), schema("doubles", s -> {
                    s.item = new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
                }), schema("integers", s -> s.item = new ArrowType.Int(32, true)), schema("a variable list", s -> {
                    s.storage = new ArrowType.List();
                }), schema("a list of another size", s -> s.storage = new ArrowType.FixedSizeList(7)),
                schema("tensor metadata that is no JSON", s -> s.extensionMetadata("{shape")),
                schema("no tensor shape", s -> s.extensionMetadata("{}")),
                schema("a shape of words", s -> s.extensionMetadata("{\"shape\":[\"2\",3]}")),
                schema("a negative shape", s -> s.extensionMetadata("{\"shape\":[-2,-3]}")),
                schema("a huge shape", s -> s.extensionMetadata("{\"shape\":[2147483647,2147483647]}")),
                schema("too many axes", s -> s.extensionMetadata("{\"shape\":[1,1,1,1,1,1,1,2,3]}")),
                schema("a deep shape", s -> s.extensionMetadata("{\"shape\":" + "[".repeat(30_000))),
                schema("a permutation", s -> s.extensionMetadata("{\"shape\":[2,3],\"permutation\":[1,0]}")),
                schema("a shape that contradicts", s -> s.key("shape", "[3,2]")),
                schema("a dtype that contradicts", s -> s.key("dtype", "float16")),
                schema("a later major version", s -> s.key("anymesh.schema", "2.0")),
                schema("a blank space", s -> s.key("space", " ")),
                schema("a long space", s -> s.key("space", "x".repeat(300))), schema("many keys", s -> {
                    for (int i = 0; i < 100; i++) {
                        s.key("key" + i, "");
                    }
                }), schema("an oversized description", s -> s.key("more", "x".repeat(WireLimits.MAX_METADATA_BYTES))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongSchemas")
    void schemaThatIsNotOursIsInvalidInput(String what, UnaryOperator<SchemaParts> schema) {
        assertInvalid(ArrowMessages.schema(schema), ArrowMessages.header(same()), BODY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"space", "shape", "dtype", "producer.bundle", "producer.version", "anymesh.schema"})
    void missingKeyIsInvalidInput(String key) {
        assertInvalid(ArrowMessages.schema(change(s -> s.keys.remove(key))), ArrowMessages.header(same()), BODY);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 40, 47, 49, 56, 4096})
    void bodyOfAnotherLengthIsInvalidInput(long body) {
        assertInvalid(ArrowMessages.schema(same()), ArrowMessages.header(same()), body);
    }

    @Test
    void bodyWithMoreThanPaddingBehindTheDataIsInvalidInput() {
        assertInvalid(ArrowMessages.schema(same()), ArrowMessages.header(change(h -> h.bodyLength = 112)), 112);
    }

    @Test
    void swappedDescriptionsAreInvalidInput() {
        assertInvalid(ArrowMessages.header(same()), ArrowMessages.schema(same()), BODY);
    }

    @Test
    void everyTruncationIsInvalidInput() {
        byte[] schema = ArrowMessages.schema(same());
        byte[] header = ArrowMessages.header(same());
        for (int i = 0; i < schema.length - 8; i++) {
            assertInvalid(Arrays.copyOf(schema, i), header, BODY);
        }
        for (int i = 0; i < header.length - 8; i++) {
            assertInvalid(schema, Arrays.copyOf(header, i), BODY);
        }
    }

    private static void assertInvalid(byte[] schema, byte[] header, long body) {
        assertThatThrownBy(() -> ArrowCodec.read(schema, header, body)).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo(EmbeddingBatch.PARAM));
    }

    private static ArrowCodec.Layout read(UnaryOperator<SchemaParts> schema, UnaryOperator<HeaderParts> header,
            long body) {
        return ArrowCodec.read(ArrowMessages.schema(schema), ArrowMessages.header(header), body);
    }

    private static Arguments header(String name, Consumer<HeaderParts> change) {
        return Arguments.of(name, change(change));
    }

    private static Arguments schema(String name, Consumer<SchemaParts> change) {
        return Arguments.of(name, change(change));
    }

    private static <T> UnaryOperator<T> same() {
        return UnaryOperator.identity();
    }

    private static <T> UnaryOperator<T> change(Consumer<T> change) {
        return parts -> {
            change.accept(parts);
            return parts;
        };
    }
}
