// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.constraint.Document;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.tools.CallHead;
import anymesh.backbone.tools.CallReader;
import anymesh.backbone.tools.OfferedTools;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calls in one answer: found where the model begins one, held to the form of calls from there on, and read. Where a call is
 * demanded that is from the beginning. After calls an answer has no more text.
 */
final class Calls {
    private final OfferedTools tools;
    private final StringBuilder held = new StringBuilder();
    private @Nullable Document document;
    private @Nullable CallHead head;
    private @Nullable CallReader reader;
    private List<CallReader.Delta> opened = List.of();

    /** @param document that the answer is held to from the beginning, calls among its forms; null if it is free */
    Calls(OfferedTools tools, @Nullable Document document) {
        this.tools = tools;
        this.document = tools.isRequired() ? begin(tools.whole()) : document;
        if (tools.isRequired()) {
            reader = tools.wholeReader();
        } else if (!tools.tokens().hasTrigger()) {
            head = tools.head();
        }
    }

    private Document begin(Schema grammar) {
        return grammar.begin(tools.tokens().trie());
    }

    /** What the answer is held to now; null if it is free. */
    @Nullable
    Document document() {
        return document;
    }

    /** Whether all that is written from now on belongs to calls. */
    boolean isOpen() {
        return reader != null;
    }

    /** Whether this token begins one; if so, it has. */
    boolean opensBy(int token) {
        if (isOpen() || !tools.tokens().isTrigger(token)) {
            return false;
        }
        reader = tools.restReader();
        if (document == null) {
            document = begin(tools.rest());
        }
        return true;
    }

    /** What a token tells that the document has accepted. */
    List<CallReader.Delta> read(int token) {
        return Objects.requireNonNull(reader).accept(bytes(token));
    }

    /**
     * Takes the next token of free text, and the text that is certain since; returns what of it is no part of a call. If all of a
     * call's beginning has come, there {@linkplain #isOpen is one}.
     */
    String free(int token, String certain) {
        if (head == null) {
            return certain;
        }
        held.append(certain);
        var found = head.accept(tools.tokens().trie().text(token));
        if (found.isUndecided()) {
            return "";
        }
        head = null;
        byte[] rest = found.rest();
        if (rest != null) {
            var calls = begin(tools.rest());
            if (rest.length == 0 || calls.accept(rest)) {
                document = calls;
                reader = tools.restReader();
                opened = reader.accept(rest);
                held.setLength(0);
            }
        }
        return flush();
    }

    /** What the token that completed a call's beginning told besides. */
    List<CallReader.Delta> opened() {
        return opened;
    }

    /** What was held back as the beginning of a call, which it is not. */
    String flush() {
        var text = held.toString();
        held.setLength(0);
        return text;
    }

    private byte[] bytes(int token) {
        return Objects.requireNonNull(tools.tokens().trie().text(token));
    }
}
