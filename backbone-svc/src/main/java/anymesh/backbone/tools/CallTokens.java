// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import anymesh.backbone.constraint.TokenTrie;
import anymesh.kit.model.Spellings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A call format in the tokens of a model. Texts are bytes here; a token that is no text, such as {@code <tool_call>}, stands among
 * them as two bytes of which the first is in no text, so that none is written but where the format has one.
 */
public final class CallTokens {
    /** In no UTF-8. */
    private static final byte MARK = (byte) 0xFF;
    private static final int NONE = -1;

    private final boolean hasShortIds;
    private final List<Long> marks = new ArrayList<>();
    private final TokenTrie trie;
    private final byte[] opening;
    private final byte[] begin;
    private final byte[] middle;
    private final byte @Nullable [] between;
    private final byte[] closing;
    private final int trigger;

    /**
     * @param control tokens that are no text, and how they are spelled
     * @param trie makes the tree of all tokens that are text, and of these
     */
    public CallTokens(CallFormat format, Map<Long, String> control,
            Function<Map<Integer, byte[]>, TokenTrie> trie) {
        this.hasShortIds = format.hasShortIds();
        var spellings = new Spellings(control);
        this.opening = bytes(format.opening(), spellings);
        this.begin = bytes(format.opening().stripLeading(), spellings);
        this.middle = bytes(format.middle(), spellings);
        this.between = format.between() == null ? null : bytes(format.between(), spellings);
        this.closing = bytes(format.closing(), spellings);
        this.trigger = begin[0] == MARK ? Math.toIntExact(marks.getFirst()) : NONE;
        var codes = new HashMap<Integer, byte[]>();
        for (int i = 0; i < marks.size(); i++) {
            codes.put(Math.toIntExact(marks.get(i)), new byte[]{MARK, (byte) i});
        }
        this.trie = trie.apply(codes);
    }

    /** A text of the format, marks in it as their codes. */
    private byte[] bytes(String text, Spellings spellings) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < text.length();) {
            int end = spellings.endOf(text, i);
            if (end < 0) {
                end = text.offsetByCodePoints(i, 1);
                bytes.writeBytes(text.substring(i, end).getBytes(StandardCharsets.UTF_8));
            } else {
                long id = spellings.id(text.substring(i, end));
                if (!marks.contains(id)) {
                    marks.add(id);
                }
                bytes.write(MARK);
                bytes.write(marks.indexOf(id));
            }
            i = end;
        }
        return bytes.toByteArray();
    }

    /** All tokens that calls are written with; those of a format's marks are in no document but a call. */
    public TokenTrie trie() {
        return trie;
    }

    /** Whether the template takes no ids of calls but those of nine letters and digits. */
    public boolean hasShortIds() {
        return hasShortIds;
    }

    /** Whether an answer can have more than one call. */
    boolean hasSeveral() {
        return between != null;
    }

    /** Whether a token of its own begins a call, wherever it stands. */
    public boolean hasTrigger() {
        return trigger != NONE;
    }

    /** Whether this token does. */
    public boolean isTrigger(int token) {
        return token == trigger;
    }

    /** What stands before the first name. */
    byte[] opening() {
        return opening;
    }

    /** The same without the blanks before it, which an answer may have or not. */
    byte[] begin() {
        return begin;
    }

    /** The rest of it once a call has been begun: by its trigger, or where there is none by all of it. */
    byte[] afterTrigger() {
        return hasTrigger() ? Arrays.copyOfRange(begin, 2, begin.length) : new byte[0];
    }

    byte[] middle() {
        return middle;
    }

    /** Only if there can be several. */
    byte[] between() {
        return Objects.requireNonNull(between);
    }

    byte[] closing() {
        return closing;
    }
}
