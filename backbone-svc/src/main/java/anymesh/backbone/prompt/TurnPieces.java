// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.bundle.PromptFormat.Around;
import anymesh.backbone.bundle.PromptFormat.Pieces;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * {@code begin}, each turn between its role's prefix and suffix, then the assistant's prefix. Pieces are tokenized one by one, so that ids
 * do not depend on what stands beside them.
 */
final class TurnPieces implements TurnWriter {
    private final Pieces pieces;
    private final TextTokenizer tokenizer;
    private final PlainText text;
    private final MediaPieces media;
    private final int context;

    TurnPieces(Pieces pieces, TextTokenizer tokenizer, PlainText text, MediaPieces media, int context) {
        this.pieces = pieces;
        this.tokenizer = tokenizer;
        this.text = text;
        this.media = media;
        this.context = context;
    }

    @Override
    public Prompt write(List<Turn> turns, List<JsonNode> functions, List<EmbeddingBatch> batches, CallContext call) {
        var prompt = new Prompt.Builder();
        prompt.add(pieces.begin());
        for (var turn : turns) {
            if (turn.getCallsCount() > 0) {
                throw new InvalidInput("calls of tools (expected: none, as this bundle has no chat template)",
                        "messages");
            }
            var around = around(turn.getRole());
            prompt.add(around.before());
            for (var part : turn.getPartsList()) {
                add(part, batches, prompt, call);
                TooLong.check(prompt.length(), context);
            }
            prompt.add(around.after());
            TooLong.check(prompt.length(), context);
        }
        prompt.add(around(Role.ASSISTANT).before());
        return prompt.build();
    }

    private void add(Part part, List<EmbeddingBatch> batches, Prompt.Builder prompt, CallContext call) {
        switch (part.getContentCase()) {
            case TEXT -> {
                if (!part.getText().isEmpty()) {
                    prompt.add(text.encode(part.getText(), piece -> tokenizer.encode(piece, call)));
                }
            }
            case MEDIA -> media.add(part.getMedia(), batches, prompt);
            case CONTENT_NOT_SET -> throw new InvalidInput("a part is neither text nor media", "messages");
        }
    }

    private Around around(Role role) {
        var around = pieces.roles().get(role);
        if (around == null) {
            throw new InvalidInput("role %s (expected: one of %s)".formatted(role, pieces.roles().keySet()),
                    "messages");
        }
        return around;
    }
}
