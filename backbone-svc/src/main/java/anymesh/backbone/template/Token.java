// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/**
 * A piece of a template's source.
 *
 * @param text of data and strings what they stand for, of others how they are spelled
 * @param line where it begins, counted from 1
 */
record Token(Kind kind, String text, int line) {

    enum Kind {
        DATA, BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, NAME, STRING, INTEGER, FLOAT, OPERATOR, END
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    @Override
    public String toString() {
        return kind == Kind.END ? "end of template" : "'" + text + "'";
    }
}
