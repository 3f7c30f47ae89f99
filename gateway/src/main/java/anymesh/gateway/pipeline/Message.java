// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Role;
import java.util.List;

/** One turn of the conversation. */
public record Message(Role role, List<ModalityInput> parts) {
    public Message {
        parts = List.copyOf(parts);
    }
}
