// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import anymesh.kit.batch.Job;
import anymesh.kit.model.Tensor;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rows to be run through a row model: one tensor an input, all with as many rows; it comes to one embedding a row. */
public final class RowJob extends Job<EmbeddingBatch> {
    private final Map<String, Tensor> feeds;
    private final RowOutput output;
    private final Object kind;

    public RowJob(CallContext call, Map<String, Tensor> feeds, RowOutput output) {
        super(call);
        this.feeds = Map.copyOf(feeds);
        this.output = output;
        this.kind = List.of(output, rowShapes(this.feeds));
    }

    @Override
    public int weight() {
        return rows();
    }

    @Override
    protected void discard(EmbeddingBatch value) {
        value.close();
    }

    int rows() {
        return Math.toIntExact(feeds.values().iterator().next().size(0));
    }

    Map<String, Tensor> feeds() {
        return feeds;
    }

    RowOutput output() {
        return output;
    }

    /** The same output, and rows of the same shape. */
    @Override
    public Object kind() {
        return kind;
    }

    private static Map<String, List<Long>> rowShapes(Map<String, Tensor> feeds) {
        var shapes = new TreeMap<String, List<Long>>();
        feeds.forEach((name, tensor) -> {
            var row = new ArrayList<Long>();
            for (int axis = 1; axis < tensor.rank(); axis++) {
                row.add(tensor.size(axis));
            }
            shapes.put(name, row);
        });
        return shapes;
    }
}
