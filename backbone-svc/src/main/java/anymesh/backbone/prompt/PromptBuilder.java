// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.PromptFormat;
import anymesh.backbone.bundle.PromptFormat.Around;
import anymesh.v1.MediaReference;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.Turn;
import anymesh.kit.model.TextTokenizer;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.UnsupportedModality;
import java.util.List;

/**
 * Builds prompts as a bundle's manifest says: {@code begin}, each turn between its role's prefix and suffix, then the
 * assistant's prefix. Pieces are tokenized one by one, so that ids do not depend on what stands beside them; media stand
 * between their marks.
 */
public final class PromptBuilder {
    private final PromptFormat format;
    private final TextTokenizer tokenizer;
    private final int context;
    private final PlainText text;
    private final MediaRows media;

    public PromptBuilder(BackboneBundle bundle) {
        this.format = bundle.prompt();
        this.tokenizer = bundle.tokenizer();
        this.context = bundle.shape().context();
        this.text = new PlainText(format.control());
        this.media = new MediaRows(format.accepts(), bundle.shape().hidden());
    }

    /**
     * Builds the prompt of a request; nothing of the batches is kept. What can't fit into the context is refused before any of
     * it is tokenized, and what turns out not to fit before the rest is.
     *
     * @throws InvalidInput if there is nothing to answer, too much, or a turn or reference is malformed
     * @throws UnsupportedModality for media that the bundle has no place for
     * @throws anymesh.wire.error.ContractMismatch for embeddings of another space or width
     */
    public Prompt build(List<Turn> turns, List<EmbeddingBatch> batches, CallContext call) {
        requireRoom(turns.stream().flatMap(turn -> turn.getPartsList().stream())
                .mapToLong(part -> tokenizer.atLeast(part.getText())).sum());
        var prompt = new Prompt.Builder();
        boolean empty = true;
        prompt.add(format.begin());
        for (var turn : turns) {
            var around = around(turn.getRole());
            prompt.add(around.before());
            for (var part : turn.getPartsList()) {
                empty &= part.getContentCase() == Part.ContentCase.TEXT && part.getText().isEmpty();
                add(part, batches, prompt, call);
                requireRoom(prompt.length());
            }
            prompt.add(around.after());
            requireRoom(prompt.length());
        }
        if (empty) {
            throw new InvalidInput("there is no content to answer", "messages");
        }
        prompt.add(around(Role.ASSISTANT).before());
        return prompt.build();
    }

    private void requireRoom(long tokens) {
        if (tokens > context) {
            throw TooLong.atLeast(tokens, context);
        }
    }

    private void add(Part part, List<EmbeddingBatch> batches, Prompt.Builder prompt, CallContext call) {
        switch (part.getContentCase()) {
            case TEXT -> {
                if (!part.getText().isEmpty()) {
                    prompt.add(text.encode(part.getText(), piece -> tokenizer.encode(piece, call)));
                }
            }
            case MEDIA -> addMedia(part.getMedia(), batches, prompt);
            case CONTENT_NOT_SET -> throw new InvalidInput("a part is neither text nor media", "messages");
        }
    }

    private void addMedia(MediaReference reference, List<EmbeddingBatch> batches, Prompt.Builder prompt) {
        var marks = format.media().get(reference.getModality());
        if (marks == null) {
            throw new UnsupportedModality("the backbone cannot read " + reference.getModality());
        }
        prompt.add(marks.before());
        prompt.add(media.copy(reference, batches));
        prompt.add(marks.after());
    }

    private Around around(Role role) {
        var around = format.roles().get(role);
        if (around == null) {
            throw new InvalidInput("role %s (expected: one of %s)".formatted(role, format.roles().keySet()),
                    "messages");
        }
        return around;
    }
}
