// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.MediaReference;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.ToolCall;
import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What the backbone reads: the conversation, with a reference to a row of P_X where a media item stood. */
record Prompt(List<Turn> turns, List<EmbeddingBatch> batches) {

    /**
     * Takes over the batches of {@code media}, which hold the conversation's media in their order. {@code knowsTools}: whether the
     * backbone reads calls and what they brought as such; else they are text.
     */
    static Prompt of(List<Message> messages, List<Projected> media, boolean knowsTools) {
        var batchOf = new EnumMap<Modality, Integer>(Modality.class);
        for (Projected projected : media) {
            batchOf.put(projected.modality(), batchOf.size());
        }
        var rows = new EnumMap<Modality, Integer>(Modality.class);
        var turns = messages.stream().map(message -> turn(message, batchOf, rows, knowsTools))
                .filter(turn -> knowsTools || turn.getPartsCount() > 0).toList();
        return new Prompt(turns, media.stream().map(Projected::batch).toList());
    }

    private static Turn turn(Message message, Map<Modality, Integer> batchOf, Map<Modality, Integer> rows,
            boolean knowsTools) {
        // What a tool says comes from the user's side of the conversation.
        var turn = Turn.newBuilder()
                .setRole(message.role() == Role.TOOL && !knowsTools ? Role.USER : message.role());
        for (ModalityInput part : message.parts()) {
            turn.addParts(switch (part) {
                case ModalityInput.Text(String text) -> Part.newBuilder().setText(text);
                case ModalityInput.Media(Modality modality, _, _) -> Part.newBuilder()
                        .setMedia(MediaReference.newBuilder()
                                .setModality(modality)
                                .setBatch(batchOf.getOrDefault(modality, 0))
                                .setRow(rows.merge(modality, 1, Integer::sum) - 1));
            });
        }
        if (knowsTools) {
            message.calls().forEach(call -> turn.addCalls(ToolCall.newBuilder().setId(call.id()).setName(call.name())
                    .setArguments(call.arguments())));
            turn.setCallId(message.callId());
        } else {
            message.calls().forEach(call -> turn.addParts(
                    Part.newBuilder().setText(" %s(%s)".formatted(call.name(), call.arguments()))));
        }
        return turn.build();
    }

    long bytes() {
        return batches.stream().mapToLong(EmbeddingBatch::bodyBytes).sum();
    }
}
