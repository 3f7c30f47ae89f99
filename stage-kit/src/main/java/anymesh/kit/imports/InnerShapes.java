// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an exporter says of the shapes inside of a graph ({@code value_info} of {@code onnx.proto}). ONNX Runtime infers them by
 * itself, and plans its memory by those that are said, be they right or not.
 */
final class InnerShapes {
    private static final int GRAPH = 7;
    private static final int VALUE_INFO = 13;

    private InnerShapes() {}

    /** The same file without them; the graphs in its graph keep theirs. The file is read whole. */
    static byte[] leftOut(Path onnx) {
        try {
            var file = Files.readAllBytes(onnx);
            var in = CodedInputStream.newInstance(file);
            var result = new ByteArrayOutputStream(file.length);
            var out = CodedOutputStream.newInstance(result);
            for (int begin = 0; !in.isAtEnd(); begin = in.getTotalBytesRead()) {
                int tag = in.readTag();
                if (WireFormat.getTagFieldNumber(tag) == GRAPH) {
                    out.writeByteArray(GRAPH, without(in.readByteArray()));
                } else {
                    in.skipField(tag);
                    out.writeRawBytes(file, begin, in.getTotalBytesRead() - begin);
                }
            }
            out.flush();
            return result.toByteArray();
        } catch (IOException e) {
            throw new BundleException(onnx + ": no ONNX protobuf, or not all of one: " + e.getMessage(), e);
        }
    }

    private static byte[] without(byte[] graph) throws IOException {
        var in = CodedInputStream.newInstance(graph);
        var kept = new ByteArrayOutputStream(graph.length);
        for (int begin = 0; !in.isAtEnd(); begin = in.getTotalBytesRead()) {
            int tag = in.readTag();
            in.skipField(tag);
            if (WireFormat.getTagFieldNumber(tag) != VALUE_INFO) {
                kept.write(graph, begin, in.getTotalBytesRead() - begin);
            }
        }
        return kept.toByteArray();
    }
}
