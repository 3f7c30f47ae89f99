// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.collect.ImmutableMap;
import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * The two descriptions of a batch, as Arrow IPC flatbuffers: one column {@code embedding} of the canonical extension type
 * {@code arrow.fixed_shape_tensor}, no nulls and so no validity buffers (they would add 3 %), and schema metadata that
 * says what the numbers mean.
 *
 * <p>Everything read here comes from a peer and is taken for false until checked. Flatbuffers are read in place, field by
 * field: offsets that lead astray end in a RuntimeException of the runtime, which becomes {@link InvalidInput}.
 */
final class ArrowCodec {
    static final String COLUMN = "embedding";
    static final String SPACE = "space";
    static final String SHAPE = "shape";
    static final String DTYPE = "dtype";
    static final String BUNDLE = "producer.bundle";
    static final String VERSION = "producer.version";
    static final String SCHEMA_VERSION = "anymesh.schema";
    /** Minor versions add keys, which older readers ignore; a major version changes the meaning of one. */
    static final String SCHEMA_VERSION_HERE = "1.0";

    /** All metadata that a batch's schema has of itself. */
    static final Set<String> KEYS = Set.of(SPACE, SHAPE, DTYPE, BUNDLE, VERSION, SCHEMA_VERSION);

    private static final Pattern VERSIONS_READ = Pattern.compile("1(\\.\\d{1,9})?");
    private static final String EXTENSION = "arrow.fixed_shape_tensor";
    private static final int MAX_KEYS = 64;
    private static final JsonMapper JSON = new JsonMapper();
    private static final SchemaCache CACHE = new SchemaCache();

    private ArrowCodec() {}

    /** What a batch turned out to be. */
    record Layout(EmbeddingSpec spec, int rows) {}

    static byte[] schema(EmbeddingSpec spec) {
        byte[] known = CACHE.schemaOf(spec);
        if (known == null) {
            known = writeSchema(spec);
            CACHE.written(known, spec);
        }
        return known;
    }

    /** The same bytes for the same spec in every process, so that a reader can know a schema by its bytes. */
    private static byte[] writeSchema(EmbeddingSpec spec) {
        return bytes(arrowSchema(spec));
    }

    /** As it stands in front of a batch. */
    static byte[] bytes(org.apache.arrow.vector.types.pojo.Schema schema) {
        ByteBuffer message = MessageSerializer.serializeMetadata(schema, IpcOption.DEFAULT);
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return bytes;
    }

    static org.apache.arrow.vector.types.pojo.Schema arrowSchema(EmbeddingSpec spec) {
        FieldType number = FieldType.notNullable(new ArrowType.FloatingPoint(switch (spec.dtype()) {
            case FLOAT32 -> FloatingPointPrecision.SINGLE;
            case FLOAT16 -> FloatingPointPrecision.HALF;
        }));
        FieldType tensor = new FieldType(false, new ArrowType.FixedSizeList(spec.elements()), null,
                ImmutableMap.of(ExtensionType.EXTENSION_METADATA_KEY_NAME, EXTENSION,
                        ExtensionType.EXTENSION_METADATA_KEY_METADATA, "{\"shape\":" + text(spec.shape()) + "}"));
        var item = new org.apache.arrow.vector.types.pojo.Field("item", number, null);
        var column = new org.apache.arrow.vector.types.pojo.Field(COLUMN, tensor, List.of(item));
        return new org.apache.arrow.vector.types.pojo.Schema(List.of(column),
                ImmutableMap.of(SPACE, spec.space(), SHAPE, text(spec.shape()), DTYPE, text(spec.dtype()), BUNDLE,
                        spec.bundle(), VERSION, spec.version(), SCHEMA_VERSION, SCHEMA_VERSION_HERE));
    }

    static byte[] header(EmbeddingSpec spec, int rows) {
        long dataBytes = spec.rowBytes() * rows;
        FlatBufferBuilder builder = new FlatBufferBuilder(256);
        RecordBatch.startBuffersVector(builder, 3); // written from the last to the first
        Buffer.createBuffer(builder, 0, dataBytes);
        Buffer.createBuffer(builder, 0, 0);
        Buffer.createBuffer(builder, 0, 0);
        int buffers = builder.endVector();
        RecordBatch.startNodesVector(builder, 2);
        FieldNode.createFieldNode(builder, (long) spec.elements() * rows, 0);
        FieldNode.createFieldNode(builder, rows, 0);
        int nodes = builder.endVector();
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, rows);
        RecordBatch.addNodes(builder, nodes);
        RecordBatch.addBuffers(builder, buffers);
        int batch = RecordBatch.endRecordBatch(builder);
        Message.startMessage(builder);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addHeaderType(builder, MessageHeader.RecordBatch);
        Message.addHeader(builder, batch);
        Message.addBodyLength(builder, paddedBytes(dataBytes));
        builder.finish(Message.endMessage(builder));
        return builder.sizedByteArray();
    }

    /** Arrow counts bodies in multiples of 8 bytes. */
    static long paddedBytes(long dataBytes) {
        return (dataBytes + 7) & -8L;
    }

    /** Reads and checks both descriptions against the body that came with them. */
    static Layout read(byte[] schema, byte[] header, long bodyBytes) {
        try {
            EmbeddingSpec spec = CACHE.specOf(schema);
            if (spec == null) {
                spec = readSchema(schema);
                CACHE.read(schema, spec);
            }
            return new Layout(spec, readHeader(header, spec, bodyBytes));
        } catch (InvalidInput e) {
            throw e;
        } catch (JsonProcessingException e) {
            throw invalid("tensor metadata is not JSON");
        } catch (RuntimeException e) {
            throw invalid("not an Arrow message: " + e.getClass().getSimpleName());
        }
    }

    private static EmbeddingSpec readSchema(byte[] bytes) throws JsonProcessingException {
        Message message = message(bytes, MessageHeader.Schema, "schema");
        Schema schema = require((Schema) message.header(new Schema()), "schema");
        expect("endianness", schema.endianness(), Endianness.Little);
        expect("columns", schema.fieldsLength(), 1);
        Field column = schema.fields(0);
        expect("column", column.name(), COLUMN);
        Map<String, String> extension = metadata(column.customMetadataLength(), column::customMetadata);
        expect("column type", extension.get(ExtensionType.EXTENSION_METADATA_KEY_NAME), EXTENSION);
        expect("storage", column.typeType(), Type.FixedSizeList);
        expect("storage children", column.childrenLength(), 1);
        requirePlain(column);
        FixedSizeList list = require((FixedSizeList) column.type(new FixedSizeList()), "storage");
        DType dtype = dtype(column.children(0));
        List<Integer> shape = shape(extension.get(ExtensionType.EXTENSION_METADATA_KEY_METADATA));

        Map<String, String> keys = metadata(schema.customMetadataLength(), schema::customMetadata);
        String version = require(keys.get(SCHEMA_VERSION), SCHEMA_VERSION);
        if (!VERSIONS_READ.matcher(version).matches()) {
            throw invalid("%s: %s (expected: 1.x)".formatted(SCHEMA_VERSION, clip(version)));
        }
        expect(SHAPE, require(keys.get(SHAPE), SHAPE).replace(" ", ""), text(shape));
        expect(DTYPE, keys.get(DTYPE), text(dtype));
        EmbeddingSpec spec;
        try {
            spec = new EmbeddingSpec(require(keys.get(SPACE), SPACE), shape, dtype, require(keys.get(BUNDLE), BUNDLE),
                    require(keys.get(VERSION), VERSION));
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
        expect("list size", list.listSize(), spec.elements());
        return spec;
    }

    private static int readHeader(byte[] bytes, EmbeddingSpec spec, long bodyBytes) {
        Message message = message(bytes, MessageHeader.RecordBatch, "header");
        RecordBatch batch = require((RecordBatch) message.header(new RecordBatch()), "header");
        long rows = batch.length();
        if (rows < 1 || rows > WireLimits.MAX_ROWS) {
            throw invalid("rows: %d (expected: 1 to %d)".formatted(rows, WireLimits.MAX_ROWS));
        }
        if (batch.compression() != null) {
            throw invalid("compressed body (expected: none)");
        }
        expect("nodes", batch.nodesLength(), 2);
        expect("list length", batch.nodes(0).length(), rows);
        expect("list nulls", batch.nodes(0).nullCount(), 0);
        expect("item length", batch.nodes(1).length(), rows * spec.elements());
        expect("item nulls", batch.nodes(1).nullCount(), 0);
        expect("buffers", batch.buffersLength(), 3);
        expect("list validity bytes", batch.buffers(0).length(), 0);
        expect("item validity bytes", batch.buffers(1).length(), 0);
        expect("data offset", batch.buffers(2).offset(), 0);
        long dataBytes = rows * spec.rowBytes();
        expect("data bytes", batch.buffers(2).length(), dataBytes);
        expect("body bytes", bodyBytes, message.bodyLength());
        // Arrow lets a writer pad to 8 or to 64 bytes.
        if (bodyBytes < dataBytes || bodyBytes >= dataBytes + 64) {
            throw invalid("body bytes: %d (expected: %d)".formatted(bodyBytes, paddedBytes(dataBytes)));
        }
        return (int) rows;
    }

    private static Message message(byte[] bytes, byte type, String what) {
        if (bytes.length > WireLimits.MAX_METADATA_BYTES) {
            throw invalid("%s: %d bytes (expected: at most %d)".formatted(what, bytes.length,
                    WireLimits.MAX_METADATA_BYTES));
        }
        Message message = Message.getRootAsMessage(ByteBuffer.wrap(bytes));
        if (message.version() < MetadataVersion.V4) {
            throw invalid("%s: metadata version %d (expected: V4 or later)".formatted(what, message.version()));
        }
        expect(what + " type", message.headerType(), type);
        return message;
    }

    private static DType dtype(Field item) {
        expect("item type", item.typeType(), Type.FloatingPoint);
        expect("item children", item.childrenLength(), 0);
        requirePlain(item);
        FloatingPoint number = require((FloatingPoint) item.type(new FloatingPoint()), "item type");
        return switch (number.precision()) {
            case Precision.SINGLE -> DType.FLOAT32;
            case Precision.HALF -> DType.FLOAT16;
            default -> throw invalid("item precision: %d (expected: single or half)".formatted(number.precision()));
        };
    }

    private static void requirePlain(Field field) {
        if (field.dictionary() != null) {
            throw invalid("dictionary encoding (expected: none)");
        }
    }

    private static List<Integer> shape(@Nullable String extensionMetadata) throws JsonProcessingException {
        JsonNode json = JSON.readTree(require(extensionMetadata, "tensor metadata"));
        JsonNode permutation = json.path("permutation");
        for (int i = 0; i < permutation.size(); i++) {
            expect("permutation", permutation.path(i).asInt(-1), i);
        }
        List<Integer> shape = new ArrayList<>();
        for (JsonNode axis : json.path("shape")) {
            if (!axis.isInt() || shape.size() == WireLimits.MAX_RANK) {
                throw invalid("tensor shape (expected: at most %d whole numbers)".formatted(WireLimits.MAX_RANK));
            }
            shape.add(axis.intValue());
        }
        return shape;
    }

    private static Map<String, String> metadata(int length, IntFunction<KeyValue> entries) {
        // Entries may all point at one long string: a count limit is what bounds the work.
        if (length > MAX_KEYS) {
            throw invalid("metadata keys: %d (expected: at most %d)".formatted(length, MAX_KEYS));
        }
        Map<String, String> keys = new HashMap<>();
        for (int i = 0; i < length; i++) {
            KeyValue entry = entries.apply(i);
            String key = entry.key();
            String value = entry.value();
            if (key != null && value != null) {
                keys.put(key, value);
            }
        }
        return keys;
    }

    private static void expect(String what, @Nullable Object actual, @Nullable Object expected) {
        if (actual == null || !actual.equals(expected)) {
            throw invalid("%s: %s (expected: %s)".formatted(what, clip(String.valueOf(actual)), expected));
        }
    }

    private static void expect(String what, long actual, long expected) {
        if (actual != expected) {
            throw invalid("%s: %d (expected: %d)".formatted(what, actual, expected));
        }
    }

    private static <T> T require(@Nullable T value, String what) {
        if (value == null) {
            throw invalid(what + ": missing");
        }
        return value;
    }

    private static String text(List<Integer> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    }

    private static String text(DType dtype) {
        return dtype.name().toLowerCase(Locale.ROOT);
    }

    private static String clip(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    private static InvalidInput invalid(String message) {
        return new InvalidInput(message, EmbeddingBatch.PARAM);
    }
}
