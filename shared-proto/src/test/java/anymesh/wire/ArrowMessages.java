// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ExtensionType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Arrow messages that may say anything; as they start out they describe rows of [2, 3] float32. */
final class ArrowMessages {
    private ArrowMessages() {}

    static final class SchemaParts {
        String column = "embedding";
        ArrowType storage = new ArrowType.FixedSizeList(6);
        ArrowType item = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
        int columns = 1;
        final Map<String, String> extension = new HashMap<>(
                Map.of(ExtensionType.EXTENSION_METADATA_KEY_NAME, "arrow.fixed_shape_tensor",
                        ExtensionType.EXTENSION_METADATA_KEY_METADATA, "{\"shape\":[2,3]}"));
        final Map<String, String> keys = new HashMap<>(Map.of("space", "s", "shape", "[2,3]", "dtype", "float32",
                "producer.bundle", "b", "producer.version", "1", "anymesh.schema", "1.0"));

        SchemaParts extensionMetadata(String json) {
            extension.put(ExtensionType.EXTENSION_METADATA_KEY_METADATA, json);
            return this;
        }

        SchemaParts key(String key, String value) {
            keys.put(key, value);
            return this;
        }

        byte[] bytes() {
            List<Field> children = item == null
                    ? null
                    : List.of(new Field("item", FieldType.notNullable(item), null));
            List<Field> fields = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                fields.add(new Field(column, new FieldType(false, storage, null, extension), children));
            }
            return array(MessageSerializer.serializeMetadata(new Schema(fields, keys), IpcOption.DEFAULT));
        }
    }

    /** Two rows. */
    static final class HeaderParts {
        short version = MetadataVersion.V5;
        long rows = 2;
        long bodyLength = 48;
        boolean compressed;
        long[][] nodes = {{2, 0}, {12, 0}};
        long[][] buffers = {{0, 0}, {0, 0}, {0, 48}};

        byte[] bytes() {
            FlatBufferBuilder builder = new FlatBufferBuilder();
            int compression = compressed ? BodyCompression.createBodyCompression(builder, (byte) 0, (byte) 0) : 0;
            RecordBatch.startBuffersVector(builder, buffers.length);
            for (int i = buffers.length - 1; i >= 0; i--) {
                Buffer.createBuffer(builder, buffers[i][0], buffers[i][1]);
            }
            int bufferVector = builder.endVector();
            RecordBatch.startNodesVector(builder, nodes.length);
            for (int i = nodes.length - 1; i >= 0; i--) {
                FieldNode.createFieldNode(builder, nodes[i][0], nodes[i][1]);
            }
            int nodeVector = builder.endVector();
            RecordBatch.startRecordBatch(builder);
            RecordBatch.addLength(builder, rows);
            RecordBatch.addNodes(builder, nodeVector);
            RecordBatch.addBuffers(builder, bufferVector);
            if (compressed) {
                RecordBatch.addCompression(builder, compression);
            }
            int batch = RecordBatch.endRecordBatch(builder);
            Message.startMessage(builder);
            Message.addVersion(builder, version);
            Message.addHeaderType(builder, MessageHeader.RecordBatch);
            Message.addHeader(builder, batch);
            Message.addBodyLength(builder, bodyLength);
            builder.finish(Message.endMessage(builder));
            return builder.sizedByteArray();
        }
    }

    static byte[] schema(UnaryOperator<SchemaParts> change) {
        return change.apply(new SchemaParts()).bytes();
    }

    static byte[] header(UnaryOperator<HeaderParts> change) {
        return change.apply(new HeaderParts()).bytes();
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
