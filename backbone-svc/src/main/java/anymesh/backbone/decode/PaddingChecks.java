// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxGraph;
import anymesh.kit.model.OnnxGraph.Node;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses decoders that would answer otherwise in company than alone. Rows of a batch end at the right and are padded at the
 * left ({@link DecodeBatch}), which a graph learns from {@code attention_mask} and {@code position_ids}. An operator that
 * takes a row's length instead finds its tokens at the left, and a graph that does not use both reads padding as text. Neither
 * fails: what it writes is wrong as soon as a longer answer is in the batch.
 */
final class PaddingChecks {
    private static final String MICROSOFT = "com.microsoft";

    /** They take lengths, or keys and values of which a length tells how much counts; whatever domain says so. */
    private static final Set<String> COUNT_FROM_THE_LEFT = Set.of("GroupQueryAttention", "PagedAttention",
            "SparseAttention", "DecoderMaskedSelfAttention", "DecoderMaskedMultiHeadAttention", "DecoderAttention",
            "PackedAttention", "PackedMultiHeadAttention", "RemovePadding", "RestorePadding", "TensorScatter",
            "QAttention", "QOrderedAttention", "QOrderedLongformerAttention", "LongformerAttention");

    private PaddingChecks() {}

    /** Throws {@link BundleException} with the operator, or the input that is not used. */
    static void require(OnnxGraph graph, String file, String mask, String positions, String logits) {
        for (var node : graph.all()) {
            var why = unsafe(node);
            if (why != null) {
                throw new BundleException(
                        ("%s: operator %s %s, but rows that are decoded together end at the right and are padded at the "
                                + "left: an answer would depend on its company. Export the model with attention over %s")
                                .formatted(file, name(node), why, mask));
            }
        }
        for (var input : new String[]{mask, positions}) {
            if (!graph.depends(logits, input)) {
                throw new BundleException(("%s: %s does not depend on %s, which says where a row's text is among its "
                        + "padding: an answer would depend on its company").formatted(file, logits, input));
            }
        }
    }

    /** Attention is safe with a bias or mask for every position, which has a size of its own, and without a length. */
    private static @Nullable String unsafe(Node node) {
        if (COUNT_FROM_THE_LEFT.contains(node.operator())) {
            return "counts each row's positions from the left";
        }
        boolean microsoft = node.domain().equals(MICROSOFT);
        return switch (node.operator()) {
            case "MultiHeadAttention" -> unsafe(node, 5, 4, 8);
            case "Attention" -> microsoft ? unsafe(node, 5, 3, 6) : unsafe(node, 3, 6, 6);
            default -> null;
        };
    }

    private static @Nullable String unsafe(Node node, int bias, int lengths, int pastLength) {
        if (node.hasInput(lengths) || node.hasInput(pastLength)) {
            return "takes its rows' lengths";
        }
        return node.hasInput(bias) ? null : "has no mask for each position";
    }

    private static String name(Node node) {
        return node.domain().isEmpty() ? node.operator() : node.domain() + "." + node.operator();
    }
}
