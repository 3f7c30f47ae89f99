// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

/** A regular piece of a document, such as a number: a deterministic automaton over bytes, whose states are its own. */
interface Leaf {
    /** Where no document goes on. */
    int NOWHERE = -1;

    /** The state before the first byte is 0. What follows after this one; {@link #NOWHERE} if it may not. */
    int step(int state, int octet);

    /** Whether the piece may end here. */
    boolean accepts(int state);

    /** Whether it may go on here. */
    boolean continues(int state);
}
