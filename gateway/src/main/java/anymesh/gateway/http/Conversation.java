// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Message;
import anymesh.gateway.pipeline.ModalityInput;
import anymesh.gateway.pipeline.ModalityInput.Media;
import anymesh.gateway.pipeline.ModalityInput.Text;
import anymesh.v1.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The turns of a request as they are read, with no more media than it may bring. A turn without parts is none. */
final class Conversation {
    private final int maxMedia;
    private final List<Message> messages = new ArrayList<>();
    private int media;

    Conversation(int maxMedia) {
        this.maxMedia = maxMedia;
    }

    /** Whether parts say nothing at all. */
    static boolean isSilent(List<ModalityInput> parts) {
        return parts.stream().allMatch(part -> part instanceof Text(String text) && text.isBlank());
    }

    /** A turn; its parts stand in this field of {@code holder}. */
    void add(Role role, List<ModalityInput> parts, Fields holder, String field) {
        add(new Message(role, parts), holder, field);
    }

    /** The same of one that tools have to do with. */
    void add(Message message, Fields holder, String field) {
        media += (int) message.parts().stream().filter(Media.class::isInstance).count();
        if (media > maxMedia) {
            throw holder.invalid(field, "Invalid '%s': a request may bring at most %d media.", maxMedia);
        }
        if (!message.parts().isEmpty() || !message.calls().isEmpty() || message.role() == Role.TOOL) {
            messages.add(message);
        }
    }

    /** The same where what one speaker says comes in pieces: the rest of the turn before, if it is of the same role. */
    void goOn(Message more, Fields holder, String field) {
        int before = messages.size();
        add(more, holder, field);
        // What is said after a call is a turn of its own: calls stand at a turn's end.
        if (before > 0 && messages.size() > before && messages.get(before - 1).role() == more.role()
                && (messages.get(before - 1).calls().isEmpty() || more.parts().isEmpty())) {
            messages.removeLast();
            var first = messages.removeLast();
            messages.add(new Message(more.role(), Stream.concat(first.parts().stream(), more.parts().stream()).toList(),
                    Stream.concat(first.calls().stream(), more.calls().stream()).toList(), ""));
        }
    }

    /** All turns so far. */
    List<Message> messages() {
        return messages;
    }
}
