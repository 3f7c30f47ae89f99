// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/**
 * What one rendering may take: steps for time, characters and items for memory, depth for the stack. Counted, not timed, so that a
 * template that is refused is refused everywhere.
 */
final class Budget {
    /** A turn takes some hundred steps; this is a second or two. */
    static final long STEPS = 20_000_000;
    /** Of all strings that are made on the way, and so of what is kept. A list's item counts as eight. */
    static final long CHARACTERS = 64L << 20;
    /** Of expressions and statements inside of each other, macros' bodies included; it fits a stack of 512 KiB. */
    static final int DEPTH = 200;

    private static final int PER_ITEM = 8;
    private static final int CHARACTERS_PER_STEP = 256;
    private static final int CHARACTERS_READ_PER_STEP = 16;

    private long steps;
    private long characters;
    private int depth;

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps += count;
        if (steps > STEPS || count < 0) {
            throw new TemplateFault("takes more than %d steps".formatted(STEPS));
        }
    }

    /** To be called before so many characters are written. */
    void characters(long count) {
        characters += count;
        if (characters > CHARACTERS || count < 0 || characters < 0) {
            throw new TemplateFault("makes more than %d characters of text".formatted(CHARACTERS));
        }
        steps(count / CHARACTERS_PER_STEP);
    }

    /** To be called before a list of so many items is made. */
    void items(long count) {
        characters(Math.multiplyExact(count, PER_ITEM));
        steps(count);
    }

    /** To be called before so many characters are gone through one by one. */
    void read(int count) {
        steps(1 + count / CHARACTERS_READ_PER_STEP);
    }

    /** To be called before one string is searched for another: {@link String#indexOf(String)} may try every place. */
    void search(int length, int sought) {
        steps(1 + (long) length * sought / (CHARACTERS_PER_STEP * 16) + length / CHARACTERS_PER_STEP);
    }

    void enter() {
        step();
        if (++depth > DEPTH) {
            throw new TemplateFault("calls itself, or nests, more than %d deep".formatted(DEPTH));
        }
    }

    void exit() {
        depth--;
    }
}
