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
        media += (int) parts.stream().filter(Media.class::isInstance).count();
        if (media > maxMedia) {
            throw holder.invalid(field, "Invalid '%s': a request may bring at most %d media.", maxMedia);
        }
        if (!parts.isEmpty()) {
            messages.add(new Message(role, parts));
        }
    }

    /** The same where what one speaker says comes in pieces: the rest of the turn before, if it is of the same role. */
    void goOn(Role role, List<ModalityInput> parts, Fields holder, String field) {
        boolean isRest = !messages.isEmpty() && messages.getLast().role() == role;
        var before = isRest ? messages.removeLast().parts() : List.<ModalityInput>of();
        add(role, parts, holder, field);
        if (isRest) {
            var more = parts.isEmpty() ? List.<ModalityInput>of() : messages.removeLast().parts();
            messages.add(new Message(role, Stream.concat(before.stream(), more.stream()).toList()));
        }
    }

    /** All turns so far. */
    List<Message> messages() {
        return messages;
    }
}
