// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.PromptFormat.Pieces;
import anymesh.backbone.bundle.PromptFormat.Templated;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.Part;
import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Builds prompts as a bundle says: between the pieces of its manifest, or by its chat template. Media stand between their marks. */
public final class PromptBuilder {
    private final TextTokenizer tokenizer;
    private final int context;
    private final TurnWriter writer;

    public PromptBuilder(BackboneBundle bundle) {
        this.tokenizer = bundle.tokenizer();
        this.context = bundle.shape().context();
        var format = bundle.prompt();
        var calls = bundle.calls();
        var media = new MediaPieces(format, bundle.shape().hidden());
        this.writer = switch (format.turns()) {
            case Pieces pieces -> new TurnPieces(pieces, tokenizer, new PlainText(format.control()), media, context);
            case Templated template ->
                new TemplatedTurns(template, tokenizer, new TemplateText(format.control()), media,
                        calls != null && calls.hasShortIds(), context);
        };
    }

    /**
     * Builds the prompt of a request; nothing of the batches is kept. What can't fit into the context is refused before any of
     * it is tokenized, and what turns out not to fit before the rest is.
     *
     * @param functions that the answer may call, as OpenAI's JSON
     * @throws InvalidInput if there is nothing to answer, too much, or a turn or reference is malformed
     * @throws UnsupportedModality for media that the bundle has no place for
     * @throws anymesh.wire.error.ContractMismatch for embeddings of another space or width
     * @throws anymesh.kit.model.BundleException if the bundle's chat template fails
     */
    public Prompt build(List<Turn> turns, List<JsonNode> functions, List<EmbeddingBatch> batches, CallContext call) {
        TooLong.check(turns.stream().mapToLong(this::atLeast).sum(), context);
        if (turns.stream().allMatch(PromptBuilder::isEmpty)) {
            throw new InvalidInput("there is no content to answer", "messages");
        }
        return writer.write(turns, functions, batches, call);
    }

    /** The same without functions. */
    public Prompt build(List<Turn> turns, List<EmbeddingBatch> batches, CallContext call) {
        return build(turns, List.of(), batches, call);
    }

    private long atLeast(Turn turn) {
        return turn.getPartsList().stream().mapToLong(part -> tokenizer.atLeast(part.getText())).sum()
                + turn.getCallsList().stream().mapToLong(call -> tokenizer.atLeast(call.getArguments())).sum();
    }

    private static boolean isEmpty(Turn turn) {
        return turn.getCallsCount() == 0 && turn.getPartsList().stream().allMatch(PromptBuilder::isEmpty);
    }

    private static boolean isEmpty(Part part) {
        return part.getContentCase() == Part.ContentCase.TEXT && part.getText().isEmpty();
    }
}
