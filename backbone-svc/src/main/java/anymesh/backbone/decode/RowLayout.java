// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.OnnxGraph;
import anymesh.kit.model.OnnxGraph.Node;
import java.nio.LongBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of a batch must lie so that a decoder answers in company what it answers alone. A graph does not say it, and none fails
 * where they lie otherwise: what it writes is wrong, as soon as a longer answer is in the batch. So it is read from the operators, and
 * then tried ({@link CompanyCheck}).
 */
enum RowLayout {
    /**
     * As {@link #RIGHT_PADDED}, and there is room behind what a row has: a run writes its keys and values there, and none are copied. Grouped
     * attention does so where past and present are the same memory.
     */
    IN_PLACE,
    /** Rows end at the right. The graph learns from a mask for each position, and from positions, where a row's text is. */
    LEFT_PADDED,
    /** Rows begin at the left. Their attention takes a row's length, and finds its tokens there. */
    RIGHT_PADDED,
    /** Only rows of one length are decoded together. */
    EQUAL_LENGTHS,
    /** Nothing is: the numbers of a row depend on those of the others, as where one scale quantizes them all. */
    ONE_ROW;

    private static final String MICROSOFT = "com.microsoft";
    private static final String GROUPED = "GroupQueryAttention";
    private static final int GROUPED_LENGTHS = 5;
    private static final int GROUPED_BIAS = 10;

    /** They take lengths, or keys and values of which a length tells how much counts; whatever domain says so. */
    private static final Set<String> COUNT_FROM_THE_LEFT = Set.of(GROUPED, "PagedAttention", "SparseAttention",
            "DecoderMaskedSelfAttention", "DecoderMaskedMultiHeadAttention", "DecoderAttention", "PackedAttention",
            "PackedMultiHeadAttention", "RemovePadding", "RestorePadding", "TensorScatter", "QAttention",
            "QOrderedAttention", "QOrderedLongformerAttention", "LongformerAttention");

    /** They find one scale for a whole tensor, at the time when it is there. */
    private static final Set<String> SCALE_ALL_ROWS = Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul",
            "DynamicQuantizeLSTM");

    /**
     * What the operators of a graph say.
     *
     * @param why it is no layout in which rows of unequal lengths go together; empty if it is one
     */
    record Found(RowLayout layout, String why) {}

    /** Of a graph whose {@code logits} are computed from a mask and, if it takes them, positions. */
    static Found of(OnnxGraph graph, String mask, @Nullable String positions, String logits) {
        var scaling = graph.all().stream().filter(node -> SCALE_ALL_ROWS.contains(node.operator())).findFirst();
        if (scaling.isPresent()) {
            return new Found(ONE_ROW, "operator %s scales all rows alike".formatted(name(scaling.get())));
        }
        boolean grouped = isGrouped(graph);
        for (var node : graph.all()) {
            var why = grouped ? notFromTheLeft(node) : notFromTheRight(node);
            if (why != null) {
                return new Found(EQUAL_LENGTHS, "operator %s %s".formatted(name(node), why));
            }
        }
        if (!graph.depends(logits, mask)) {
            return new Found(EQUAL_LENGTHS, "%s does not depend on %s".formatted(logits, mask));
        }
        if (!grouped && positions != null && !graph.depends(logits, positions)) {
            return new Found(EQUAL_LENGTHS, "%s does not depend on the positions of its rows".formatted(logits));
        }
        return new Found(grouped ? RIGHT_PADDED : LEFT_PADDED, "");
    }

    /** How many positions of a row's padding stand before its tokens. */
    int before(int padding) {
        return this == RIGHT_PADDED || this == IN_PLACE ? 0 : padding;
    }

    /** Writes the mask of a row that has as many tokens among {@code room} positions. */
    void mask(LongBuffer to, int tokens, int room) {
        int before = before(room - tokens);
        for (int i = 0; i < room; i++) {
            to.put(before <= i && i < before + tokens ? 1 : 0);
        }
    }

    /** Whether rows of unequal lengths go together. */
    boolean isPadded() {
        return this == LEFT_PADDED || this == RIGHT_PADDED || this == IN_PLACE;
    }

    /** The same where a run writes what is present beside what is past. */
    RowLayout copied() {
        return this == IN_PLACE ? RIGHT_PADDED : this;
    }

    /** The next one that asks less of a graph; the last asks nothing. */
    RowLayout safer() {
        return this == IN_PLACE ? RIGHT_PADDED : isPadded() ? EQUAL_LENGTHS : ONE_ROW;
    }

    /** Whether a graph's attention is grouped, as onnxruntime-genai's builder writes it. */
    static boolean isGrouped(OnnxGraph graph) {
        return graph.all().stream().anyMatch(RowLayout::isGrouped);
    }

    private static boolean isGrouped(Node node) {
        return node.domain().equals(MICROSOFT) && node.operator().equals(GROUPED);
    }

    /** Beside grouped attention no other may be: it would want its rows elsewhere. */
    private static @Nullable String notFromTheLeft(Node node) {
        if (isGrouped(node)) {
            return node.hasInput(GROUPED_BIAS)
                    ? "has a bias, which may count from either side"
                    : node.hasInput(GROUPED_LENGTHS) ? null : "does not take its rows' lengths";
        }
        boolean attends = COUNT_FROM_THE_LEFT.contains(node.operator()) || node.operator().equals("MultiHeadAttention")
                || node.operator().equals("Attention");
        return attends ? "stands beside " + GROUPED : null;
    }

    /** Attention is safe with a bias or mask for every position, which has a size of its own, and without a length. */
    private static @Nullable String notFromTheRight(Node node) {
        if (COUNT_FROM_THE_LEFT.contains(node.operator())) {
            return "counts each row's positions from the left";
        }
        boolean microsoft = node.domain().equals(MICROSOFT);
        return switch (node.operator()) {
            case "MultiHeadAttention" -> notFromTheRight(node, 5, 4, 8);
            case "Attention" -> microsoft ? notFromTheRight(node, 5, 3, 6) : notFromTheRight(node, 3, 6, 6);
            default -> null;
        };
    }

    private static @Nullable String notFromTheRight(Node node, int bias, int lengths, int pastLength) {
        if (node.hasInput(lengths) || node.hasInput(pastLength)) {
            return "takes its rows' lengths";
        }
        return node.hasInput(bias) ? null : "has no mask for each position";
    }

    private static String name(Node node) {
        return node.domain().isEmpty() ? node.operator() : node.domain() + "." + node.operator();
    }
}
