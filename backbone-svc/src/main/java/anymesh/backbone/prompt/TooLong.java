// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.wire.error.InvalidInput;

/** The one refusal of what is longer than the context, whether its tokens were counted or only its characters. */
final class TooLong {
    private TooLong() {}

    /** Refuses messages of so many tokens, or more, if the context can't hold them. */
    static void check(long prompt, int context) {
        if (prompt > context) {
            throw atLeast(prompt, context);
        }
    }

    /** A prompt and the answer that is wanted of it. */
    static InvalidInput counted(long prompt, long answer, int context) {
        return refusal("%d (%d in the messages, %d for the answer)".formatted(prompt + answer, prompt, answer),
                context);
    }

    /** Messages that have more tokens than this, or as many. */
    static InvalidInput atLeast(long prompt, int context) {
        return refusal("at least %d in the messages".formatted(prompt), context);
    }

    private static InvalidInput refusal(String needed, int context) {
        return new InvalidInput("the context holds %d tokens; this request needs %s".formatted(context, needed),
                "messages", InvalidInput.CONTEXT_LENGTH_EXCEEDED);
    }
}
