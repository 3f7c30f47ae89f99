// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

/**
 * White space as models put it between the parts of a document: none, a space, or a line break and the next line's
 * indentation. JSON allows any amount, in which a model could lose itself.
 */
final class BlankLeaf implements Leaf {
    static final BlankLeaf BLANK = new BlankLeaf();

    private static final int START = 0;
    private static final int SPACE = 1;
    private static final int LINE = 2;
    private static final int DEEPEST = LINE + 32;

    private BlankLeaf() {}

    @Override
    public int step(int state, int octet) {
        if (state == START) {
            return octet == ' ' ? SPACE : octet == '\n' ? LINE : NOWHERE;
        }
        return octet == ' ' && continues(state) ? state + 1 : NOWHERE;
    }

    @Override
    public boolean accepts(int state) {
        return true;
    }

    @Override
    public boolean continues(int state) {
        return state == START || (state >= LINE && state < DEEPEST);
    }
}
