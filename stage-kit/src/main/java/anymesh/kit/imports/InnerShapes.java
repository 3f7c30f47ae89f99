// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import java.io.IOException;
import java.util.Map;

/**
 * What an exporter says of the shapes inside of a graph ({@code value_info} of {@code onnx.proto}). ONNX Runtime infers them by
 * itself, and plans its memory by those that are said, be they right or not.
 */
final class InnerShapes {
    private static final int GRAPH = 7;
    private static final int VALUE_INFO = 13;

    private InnerShapes() {}

    /** The same model without them; the graphs in its graph keep theirs. */
    static byte[] leftOut(byte[] model) throws IOException {
        return ProtoEdit.of(model, Map.of(GRAPH, graph -> ProtoEdit.of(graph, Map.of(VALUE_INFO, _ -> null))));
    }
}
