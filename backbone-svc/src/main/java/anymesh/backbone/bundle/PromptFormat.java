// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.template.ChatTemplate;
import anymesh.v1.Modality;
import anymesh.v1.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a prompt is written.
 *
 * @param turns how the turns are
 * @param media what stands around a medium's embeddings
 * @param accepts the spaces that media embeddings may come from
 * @param control tokens with a meaning of their own, and how they are spelled; text of a client never becomes one
 */
public record PromptFormat(Turns turns, Map<Modality, Around> media, Set<String> accepts, Map<Long, String> control) {

    public PromptFormat {
        media = Map.copyOf(media);
        accepts = Set.copyOf(accepts);
        control = Map.copyOf(control);
    }

    /** One of the two ways to write turns. */
    public sealed interface Turns {}

    /**
     * Each between fixed pieces.
     *
     * @param begin stands before the first turn
     * @param roles what stands around a turn's content
     */
    public record Pieces(List<Long> begin, Map<Role, Around> roles) implements Turns {

        public Pieces {
            begin = List.copyOf(begin);
            roles = Map.copyOf(roles);
        }
    }

    /**
     * As a chat template says.
     *
     * @param hasParts whether the template reads the content of a message as a list of parts, and would leave out a string
     */
    public record Templated(ChatTemplate template, boolean hasParts) implements Turns {}

    /** The tokens before and after a piece of content. */
    public record Around(List<Long> before, List<Long> after) {

        public Around {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
