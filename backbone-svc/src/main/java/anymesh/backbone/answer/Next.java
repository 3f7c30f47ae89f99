// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;

/** What the decoder is to be fed next for one answer. */
public sealed interface Next {

    /** One token. */
    record Token(long id) implements Next {}

    /** All tokens of a signal as one chunk. */
    record Run(SignalSpec signal) implements Next {}

    /** Nothing: the answer is complete. */
    record End(AnswerEnd end) implements Next {}
}
