// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.EncoderManifest.Encoder;
import anymesh.kit.model.Tensor;
import anymesh.kit.rows.RowModel;
import anymesh.kit.rows.RowOutput;
import anymesh.v1.Capability;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The encoder of one modality: how its items are read, and the model they go through, which is the stage's to close. */
record ModalityEncoder(Modality modality, Encoder manifest, MediaReader reader,
        RowModel rows) {
    /** What sums in another order may differ by, fp16's included. */
    private static final float ROUNDING = 0.02f;

    /**
     * The model's inputs for all items, one row each; {@link InvalidInput} with the item's index as its param.
     *
     * @param whole whether a text that the model would read the beginning of is refused
     */
    Map<String, Tensor> read(List<MediaItem> items, boolean whole, CallContext call) {
        var read = new ArrayList<Map<String, Tensor>>();
        for (int i = 0; i < items.size(); i++) {
            try {
                read.add(reader instanceof TextReader texts
                        ? texts.read(items.get(i), whole, call)
                        : reader.read(items.get(i), call));
            } catch (InvalidInput e) {
                throw new InvalidInput(e.getMessage(), "items[%d]".formatted(i));
            }
        }
        var feeds = new HashMap<String, Tensor>();
        for (var name : read.getFirst().keySet()) {
            feeds.put(name, stacked(read.stream().map(item -> Objects.requireNonNull(item.get(name))).toList()));
        }
        return feeds;
    }

    /** The tokens of texts that were read; 0 for other media. */
    int tokens(Map<String, Tensor> feeds) {
        return reader instanceof TextReader texts ? texts.tokens(feeds) : 0;
    }

    /** The output that gives this representation; {@link UnsupportedModality} if the model has none. */
    RowOutput output(Representation representation) {
        var output = representation == Representation.JOINT_EMBEDDING ? manifest.embedding() : manifest.features();
        if (output == null) {
            throw new UnsupportedModality("the encoder has no %s for %s".formatted(representation, modality));
        }
        return output.row();
    }

    /** Encodes an item as a request would have it, alone and twice in one batch; a failure or another result is thrown. */
    void warm(MediaItem item, CallContext call) {
        var once = read(List.of(item), false, call);
        var doubled = new HashMap<String, Tensor>();
        once.forEach((input, tensor) -> doubled.put(input, stacked(List.of(row(tensor), row(tensor)))));
        for (var output : outputs()) {
            try (var alone = rows.submit(call, once, output.row()).await();
                    var twice = rows.submit(call, doubled, output.row()).await()) {
                requireEqual(alone, twice, output.output());
            }
        }
    }

    /** What it gives. */
    List<EncoderManifest.Output> outputs() {
        return Stream.of(manifest.features(), manifest.embedding()).filter(Objects::nonNull).toList();
    }

    /** Some outputs of an item, encoded as a request would have it. */
    List<float[]> encode(MediaItem item, List<EncoderManifest.Output> outputs, CallContext call) {
        var feeds = read(List.of(item), false, call);
        return outputs.stream().map(output -> {
            try (var batch = rows.submit(call, feeds, output.row()).await()) {
                var numbers = batch.data().asFloatBuffer();
                var copy = new float[numbers.remaining()];
                numbers.get(copy);
                return copy;
            }
        }).toList();
    }

    private static Tensor row(Tensor only) {
        return Tensor.wrap(only.bytes(), only.type(), Arrays.copyOfRange(only.shape(), 1, only.rank()));
    }

    private static void requireEqual(EmbeddingBatch alone, EmbeddingBatch twice, String output) {
        var expected = alone.data().asFloatBuffer();
        var doubled = twice.data().asFloatBuffer();
        float largest = 0;
        float error = 0;
        for (int i = 0; i < doubled.capacity(); i++) {
            float value = expected.get(i % expected.capacity());
            largest = Math.max(largest, Math.abs(value));
            error = Math.max(error, Math.abs(doubled.get(i) - value));
        }
        if (error > ROUNDING * largest) {
            throw new InferenceFailed("%s of an item is another in company: off by %s of %s".formatted(output, error,
                    largest));
        }
    }

    Capability capability() {
        var capability = Capability.newBuilder().setModality(modality);
        if (manifest.features() != null) {
            capability.addProduces(manifest.features().space());
        }
        if (manifest.embedding() != null) {
            capability.addProduces(manifest.embedding().space()).addJoint(manifest.embedding().space());
        }
        return capability.build();
    }

    private static Tensor stacked(List<Tensor> items) {
        var first = items.getFirst();
        var row = first.shape();
        var shape = new long[row.length + 1];
        shape[0] = items.size();
        System.arraycopy(row, 0, shape, 1, row.length);
        if (items.size() == 1) {
            return Tensor.wrap(first.bytes(), first.type(), shape);
        }
        var all = Tensor.allocate(first.type(), shape);
        var bytes = all.bytes();
        items.forEach(item -> bytes.put(item.bytes()));
        return all;
    }
}
