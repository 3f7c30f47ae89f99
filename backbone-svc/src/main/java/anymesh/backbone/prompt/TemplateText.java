// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.template.Text;
import anymesh.kit.model.Spellings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Tokenizes what a template wrote: as one text, so that the ids are those of the reference, but that no special token comes out of
 * characters that a client wrote. Where a client spelled one, the text is cut inside of it.
 */
final class TemplateText {
    private final Spellings spellings;
    private final Map<Long, String> control;
    private final PlainText plain;

    /** @param control the tokens that must not come out of a client's text, and how they are spelled */
    TemplateText(Map<Long, String> control) {
        this.control = control;
        this.spellings = new Spellings(control);
        this.plain = new PlainText(control);
    }

    /** @param encode token ids of a text, special tokens recognised */
    long[] encode(Text text, Function<String, long[]> encode) {
        var ids = LongStream.builder();
        var meant = new ArrayList<Long>();
        int from = 0;
        for (int i = 0; i < text.length();) {
            int end = spellings.endOf(text.value(), i);
            if (end < 0) {
                i++;
            } else if (!text.isForeign(i, end)) {
                meant.add(spellings.id(text.value().substring(i, end)));
                i = end;
            } else {
                // Spellings may overlap: the rest of this one may be the beginning of another.
                i = text.value().offsetByCodePoints(i, 1);
                add(text.substring(from, i), meant, encode, ids);
                meant.clear();
                from = i;
            }
        }
        add(text.substring(from, text.length()), meant, encode, ids);
        return ids.build().toArray();
    }

    /** @param meant the special tokens that the template wrote */
    private void add(Text piece, List<Long> meant, Function<String, long[]> encode, LongStream.Builder ids) {
        if (piece.length() == 0) {
            return;
        }
        var whole = encode.apply(piece.value());
        var special = Arrays.stream(whole).filter(control::containsKey).boxed().toList();
        if (isWithin(special, meant) || !piece.isForeign(0, piece.length())) {
            Arrays.stream(whole).forEach(ids::add);
            return;
        }
        // A tokenizer may normalise other spellings into a special token: whose each is can be told only apart.
        for (int i = 0; i < piece.length();) {
            int end = piece.runEnd(i);
            var run = piece.value().substring(i, end);
            Arrays.stream(piece.isForeignAt(i) ? plain.encode(run, encode) : encode.apply(run)).forEach(ids::add);
            i = end;
        }
    }

    /** Whether all of these come in the other, in this order. */
    private static boolean isWithin(List<Long> ids, List<Long> others) {
        var rest = others.iterator();
        for (var id : ids) {
            boolean isFound = false;
            while (!isFound && rest.hasNext()) {
                isFound = rest.next().equals(id);
            }
            if (!isFound) {
                return false;
            }
        }
        return true;
    }
}
