// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** What is wrong with a template, or with what it does; Python would raise a TypeError, jinja2 an UndefinedError and so on. */
final class TemplateFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    TemplateFault(String message) {
        this(message, 0);
    }

    TemplateFault(String message, int line) {
        super(message);
        this.line = line;
    }

    /** It, in this line unless it is known better. */
    TemplateFault at(int place) {
        if (line > 0) {
            return this;
        }
        var placed = new TemplateFault(String.valueOf(getMessage()), place);
        placed.initCause(this);
        return placed;
    }

    /** Counted from 1; 0 if unknown. */
    int line() {
        return line;
    }
}
