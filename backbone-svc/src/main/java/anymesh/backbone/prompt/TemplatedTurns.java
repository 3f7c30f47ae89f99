// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.bundle.PromptFormat.Templated;
import anymesh.backbone.template.Members;
import anymesh.backbone.template.Text;
import anymesh.kit.model.TextTokenizer;
import anymesh.v1.MediaReference;
import anymesh.v1.Role;
import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the bundle's chat template makes of the turns, tokenized as a whole; media stand where the template leaves their places. */
final class TemplatedTurns implements TurnWriter {
    private static final Map<Role, String> ROLES = Map.of(Role.SYSTEM, "system", Role.USER, "user", Role.ASSISTANT,
            "assistant", Role.TOOL, "tool");

    private final Templated templated;
    private final TextTokenizer tokenizer;
    private final TemplateText text;
    private final MediaPieces media;
    private final boolean hasShortIds;
    private final int context;

    /** @param hasShortIds whether ids of calls must be nine letters and digits */
    TemplatedTurns(Templated templated, TextTokenizer tokenizer, TemplateText text, MediaPieces media,
            boolean hasShortIds, int context) {
        this.templated = templated;
        this.tokenizer = tokenizer;
        this.text = text;
        this.media = media;
        this.hasShortIds = hasShortIds;
        this.context = context;
    }

    @Override
    public Prompt write(List<Turn> turns, List<JsonNode> functions, List<EmbeddingBatch> batches, CallContext call) {
        var references = new ArrayList<MediaReference>();
        var ids = new TurnCalls(hasShortIds);
        var messages = turns.stream().map(turn -> message(turn, references, ids)).toList();
        var written = templated.template().render(messages, functions.isEmpty()
                ? null
                : functions.stream().map(function -> Members.of("type", "function", "function",
                        ForeignJson.object(function))).toList(),
                true);
        TooLong.check(tokenizer.atLeast(written.value()), context);
        var prompt = new Prompt.Builder();
        var places = MediaPlaces.find(written, references.size());
        int from = 0;
        for (var place : places) {
            addText(written.substring(from, place.from()), prompt, call);
            media.add(references.get(place.number()), batches, prompt);
            TooLong.check(prompt.length(), context);
            from = place.to();
        }
        addText(written.substring(from, written.length()), prompt, call);
        TooLong.check(prompt.length(), context);
        return prompt.build();
    }

    private void addText(Text piece, Prompt.Builder prompt, CallContext call) {
        if (piece.length() > 0) {
            prompt.add(text.encode(piece, part -> tokenizer.encode(part, call)));
        }
    }

    private Map<String, ?> message(Turn turn, List<MediaReference> references, TurnCalls calls) {
        var role = ROLES.get(turn.getRole());
        if (role == null) {
            throw new InvalidInput("role %s (expected: one of %s)".formatted(turn.getRole(),
                    ROLES.keySet().stream().sorted().toList()), "messages");
        }
        var content = content(turn, references);
        var message = Members.of("role", role, "content",
                templated.hasParts() ? List.of(Members.of("type", "text", "text", content)) : content);
        calls.into(message, turn);
        return message;
    }

    /** The parts one after the other, a place for each of the media. */
    private Text content(Turn turn, List<MediaReference> references) {
        var content = Text.own("");
        for (var part : turn.getPartsList()) {
            content = content.plus(switch (part.getContentCase()) {
                case TEXT -> Text.foreign(part.getText());
                case MEDIA -> {
                    media.marks(part.getMedia().getModality());
                    references.add(part.getMedia());
                    yield MediaPlaces.place(references.size() - 1);
                }
                case CONTENT_NOT_SET -> throw new InvalidInput("a part is neither text nor media", "messages");
            });
        }
        return content;
    }
}
