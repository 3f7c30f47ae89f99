// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static anymesh.backbone.decode.GraphChecks.FREE;

import anymesh.backbone.bundle.DecoderModel;
import anymesh.backbone.bundle.DecoderShape;
import anymesh.backbone.bundle.GenaiConfig;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxGraph;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Provider;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The decoder: tokens and what it remembers so far go in, logits, states and what it remembers then come out. Everything is
 * written in place, into memory of the caller. What it takes and remembers is what the graph says: ids or embeddings, a mask and
 * positions or none, and of each layer whatever it keeps.
 */
final class DecoderGraph implements AutoCloseable {
    private static final String WHY = "model.decoder";

    private final OnnxModel model;
    private final GenaiConfig.DecoderInputs inputs;
    private final GenaiConfig.DecoderOutputs outputs;
    private final DecoderShape shape;
    private final boolean takesEmbeddings;
    private final boolean givesStates;
    private final boolean givesLast;
    private final @Nullable PositionInput positionInput;
    private final List<StateSlot> slots;
    private final RowLayout.Found found;

    private DecoderGraph(OnnxModel model, OnnxGraph graph, DecoderModel said) {
        var config = said.genai().decoder();
        this.model = model;
        this.inputs = config.inputs();
        this.outputs = config.outputs();
        this.shape = said.shape();
        this.takesEmbeddings = model.inputs().containsKey(inputs.inputsEmbeds());
        this.givesStates = said.isSignalling();
        this.givesLast = model.output(outputs.logits()).rank() == 3
                && model.output(outputs.logits()).shape().get(1) == 1;
        var unknown = new HashSet<>(model.inputs().keySet());
        checkTokens(unknown);
        if (unknown.remove(inputs.attentionMask())) {
            GraphChecks.require(model.input(inputs.attentionMask()), WHY, ElementType.INT64, FREE, FREE);
        }
        this.positionInput = unknown.remove(inputs.positionIds())
                ? PositionInput.of(model.input(inputs.positionIds()), said.accepts(), WHY)
                : null;
        // Other attention grows all the same, and masks what is outside of its window.
        var window = RowLayout.isGrouped(graph) ? config.slidingWindow() : null;
        this.slots = model.inputs().values().stream().filter(input -> unknown.contains(input.name()))
                .map(past -> StateSlot.of(past, model.output(present(past.name(), config)), shape.heads(),
                        shape.headSize(), capacity(past.name(), window)))
                .toList();
        checkOutputs();
        this.found = slots.stream().noneMatch(StateSlot::grows) && window == null
                ? new RowLayout.Found(RowLayout.LEFT_PADDED, "")
                : inPlace(RowLayout.of(graph, inputs.attentionMask(),
                        positionInput == null ? null : inputs.positionIds(),
                        outputs.logits()));
    }

    /** In place where that can be: all that it remembers grows, and it remembers it in the memory that it is given. */
    private RowLayout.Found inPlace(RowLayout.Found said) {
        return said.layout() == RowLayout.RIGHT_PADDED && model.provider() == Provider.CPU
                && slots.stream().allMatch(StateSlot::grows) ? new RowLayout.Found(RowLayout.IN_PLACE, "") : said;
    }

    /** Opens the graph; {@link BundleException} if it is not what the bundle says. */
    static DecoderGraph load(DecoderModel said, OnnxSettings settings) {
        var file = said.file(said.genai().decoder().filename());
        var graph = OnnxGraph.read(file);
        graph.turnsAfter().ifPresent(longest -> {
            if (said.shape().context() > longest) {
                throw new BundleException(
                        "model.context_length: %d (expected: at most %d, beyond which %s turns for all rows of a batch and for what they remember)"
                                .formatted(said.shape().context(), longest, file));
            }
        });
        return Closing
                .opening(opened -> new DecoderGraph(opened.with(OnnxModel.load(file, settings)), graph, said));
    }

    Path file() {
        return model.file();
    }

    DecoderShape shape() {
        return shape;
    }

    /** What its operators say of how its rows must lie. */
    RowLayout.Found found() {
        return found;
    }

    /** A cache of what it remembers, of rows that lie like this. */
    KvCache newCache(RowLayout layout) {
        return new KvCache(slots, layout);
    }

    /**
     * {@link BundleException} unless tokens that it was fed can be taken back, which the state of a recurrence or a window that is
     * full can't, and each of them can be asked what it predicts.
     *
     * @param what it is, for the message
     */
    void requireTakingBack(String what) {
        if (takesBack()) {
            return;
        }
        if (givesLast) {
            throw new BundleException(
                    "%s: '%s' are of the last position only (expected: with a draft, of all; export it without prune_lm_head)"
                            .formatted(model.file(), outputs.logits()));
        }
        for (var slot : slots) {
            if (!slot.grows()) {
                throw new BundleException(
                        "%s: '%s' keeps its size, so that the %s can't forget tokens that it was fed (expected: with a draft, a model and a draft that remember each position, without recurrent states or sliding windows)"
                                .formatted(model.file(), slot.past(), what));
            }
        }
    }

    /** Whether tokens that it was fed can be taken back, and each of them can be asked what it predicts. */
    boolean takesBack() {
        return !givesLast && slots.stream().allMatch(StateSlot::grows);
    }

    /** Whether it takes embeddings, so that media can be among them; else it takes ids. */
    boolean takesEmbeddings() {
        return takesEmbeddings;
    }

    /** What the numbers of its embeddings are. */
    ElementType embeddingType() {
        return model.input(inputs.inputsEmbeds()).type();
    }

    /** Room for the logits of so many rows and positions, or of the last ones where the graph gives no others. */
    Tensor logits(Workspace workspace, int rows, int positions) {
        return workspace.tensor(model.output(outputs.logits()).type(), rows, givesLast ? 1 : positions,
                shape.vocabulary());
    }

    /** Room for their states: of no positions if nobody reads them. */
    Tensor states(Workspace workspace, int rows, int positions) {
        return givesStates
                ? workspace.tensor(model.output(outputs.hiddenStates()).type(), rows, positions, shape.hidden())
                : workspace.tensor(ElementType.FLOAT32, 0, 0, 0);
    }

    /**
     * Runs S new positions of B rows that have P positions behind them.
     *
     * @param tokens ids {@code [B,S]} or embeddings {@code [B,S,hidden]}
     * @param mask {@code [B,P+S]} int64: 0 for padding
     * @param positions {@code [B,S]} int64: of each token in its own sequence
     * @param past B rows of P positions
     * @param present becomes B rows of P + S positions; the same as past where rows grow in place, and only there
     */
    void run(Tensor tokens, Tensor mask, Tensor positions, KvCache past, KvCache present, Tensor logits,
            Tensor states) {
        int rows = (int) tokens.size(0);
        int fed = (int) tokens.size(1);
        boolean inPlace = present.equals(past);
        if (inPlace) {
            past.resize(rows, past.length(), fed);
        } else {
            present.reset(rows, past.length() + fed);
        }
        var feeds = new HashMap<>(Map.of(takesEmbeddings ? inputs.inputsEmbeds() : inputs.inputIds(), tokens));
        if (model.inputs().containsKey(inputs.attentionMask())) {
            feeds.put(inputs.attentionMask(), mask);
        }
        if (positionInput != null) {
            feeds.put(inputs.positionIds(), positionInput.feed(positions));
        }
        var results = new HashMap<>(Map.of(outputs.logits(), logits));
        if (givesStates) {
            results.put(outputs.hiddenStates(), states);
        }
        for (int i = 0; i < slots.size(); i++) {
            feeds.put(slots.get(i).past(), past.tensor(i));
            results.put(slots.get(i).present(), present.tensor(i));
        }
        model.run(feeds, results);
        if (inPlace) {
            present.grew(fed); // last: what fails may be done again
        }
    }

    /** What becomes of an input that the decoder remembers: as the config names it, or as exports name it. */
    private String present(String past, GenaiConfig.Decoder config) {
        for (int layer = 0; layer < config.layers(); layer++) {
            if (past.equals(inputs.pastKeyNames().formatted(layer))) {
                return outputs.presentKeyNames().formatted(layer);
            }
            if (past.equals(inputs.pastValueNames().formatted(layer))) {
                return outputs.presentValueNames().formatted(layer);
            }
        }
        var present = past.replaceFirst("^past(_key_values)?", "present");
        if (present.equals(past) || !model.outputs().containsKey(present)) {
            throw new BundleException("%s: the graph also wants '%s', which genai_config.json does not explain"
                    .formatted(WHY, past));
        }
        return present;
    }

    /** Of what a layer keeps a window of; {@link GraphChecks#FREE} where nothing is forgotten. */
    private long capacity(String past, GenaiConfig.@Nullable SlidingWindow window) {
        return window != null && window.layers().stream()
                .anyMatch(layer -> past.equals(inputs.pastKeyNames().formatted(layer))
                        || past.equals(inputs.pastValueNames().formatted(layer))) ? window.capacity() : FREE;
    }

    private void checkTokens(Set<String> unknown) {
        if (takesEmbeddings) {
            var embeds = model.input(inputs.inputsEmbeds());
            GraphChecks.require(embeds, WHY, GraphChecks.floating(embeds), FREE, FREE, shape.hidden());
            unknown.remove(embeds.name());
        } else {
            GraphChecks.require(model.input(inputs.inputIds()), WHY, ElementType.INT64, FREE, FREE);
            unknown.remove(inputs.inputIds());
        }
    }

    private void checkOutputs() {
        var logits = model.output(outputs.logits());
        GraphChecks.require(logits, WHY, GraphChecks.floating(logits), FREE, givesLast ? 1 : FREE, shape.vocabulary());
        if (givesStates) {
            var states = model.output(outputs.hiddenStates());
            GraphChecks.require(states, WHY, GraphChecks.floating(states), FREE, FREE, shape.hidden());
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
