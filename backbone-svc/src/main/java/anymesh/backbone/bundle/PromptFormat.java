// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.v1.Modality;
import anymesh.v1.Role;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fixed pieces of a prompt, as token ids.
 *
 * @param begin stands before the first turn
 * @param roles what stands around a turn's content
 * @param media what stands around a medium's embeddings
 * @param accepts the spaces that media embeddings may come from
 * @param control tokens with a meaning of their own, and how they are spelled; text of a client never becomes one
 */
public record PromptFormat(List<Long> begin, Map<Role, Around> roles, Map<Modality, Around> media, Set<String> accepts,
        Map<Long, String> control) {

    public PromptFormat {
        begin = List.copyOf(begin);
        roles = Map.copyOf(roles);
        media = Map.copyOf(media);
        accepts = Set.copyOf(accepts);
        control = Map.copyOf(control);
    }

    /** The tokens before and after a piece of content. */
    public record Around(List<Long> before, List<Long> after) {

        public Around {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
