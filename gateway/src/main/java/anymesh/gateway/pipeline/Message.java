// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Role;
import java.util.List;

/**
 * One turn of the conversation.
 *
 * @param calls what an assistant called after what it said
 * @param callId of which call this is what a tool brought; empty where that isn't known, or it is no tool's turn
 */
public record Message(Role role, List<ModalityInput> parts, List<FunctionCall> calls, String callId) {
    public Message {
        parts = List.copyOf(parts);
        calls = List.copyOf(calls);
    }

    /** Of a turn that has to do with no tool. */
    public Message(Role role, List<ModalityInput> parts) {
        this(role, parts, List.of(), "");
    }
}
