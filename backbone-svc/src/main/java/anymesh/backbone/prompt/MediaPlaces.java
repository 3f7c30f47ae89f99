// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.template.Text;
import anymesh.kit.model.BundleException;
import anymesh.wire.error.InvalidInput;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The places of media in what a template is given and writes: five noncharacters, which no letter of the template's is. A caller's text may
 * hold the same characters; it is known whose they are.
 */
final class MediaPlaces {
    private static final char BEGIN = '\uFDD0';
    private static final char ZERO = '\uFDE0';
    private static final int DIGITS = 4;

    private MediaPlaces() {}

    /** Where one stands, in UTF-16 units. */
    record Place(int number, int from, int to) {}

    static Text place(int number) {
        if (number >= 1 << (4 * DIGITS)) {
            throw new InvalidInput("the messages have more than %d media".formatted(number), "messages");
        }
        var place = new StringBuilder().append(BEGIN);
        for (int digit = DIGITS - 1; digit >= 0; digit--) {
            place.append((char) (ZERO + ((number >> (4 * digit)) & 15)));
        }
        return Text.own(place.toString());
    }

    /**
     * All places, in the order in which they stand.
     *
     * @param count how many there were to write
     * @throws InvalidInput if the template left one out
     * @throws BundleException if it wrote one twice, or not whole
     */
    static List<Place> find(Text written, int count) {
        var places = new ArrayList<Place>();
        var seen = new BitSet();
        for (int i = written.value().indexOf(BEGIN); i >= 0; i = written.value().indexOf(BEGIN, i + 1)) {
            if (written.isForeignAt(i)) {
                continue;
            }
            int number = number(written, i + 1);
            if (number < 0 || number >= count || seen.get(number)) {
                throw new BundleException("the chat template writes the place of a medium twice, or a part of it");
            }
            seen.set(number);
            places.add(new Place(number, i, i + 1 + DIGITS));
        }
        if (places.size() < count) {
            throw new InvalidInput("the model's chat template leaves out medium %d of the messages".formatted(
                    seen.nextClearBit(0) + 1), "messages");
        }
        return places;
    }

    /** -1 if there is none. */
    private static int number(Text written, int from) {
        int number = 0;
        for (int i = from; i < from + DIGITS; i++) {
            int digit = i < written.length() && !written.isForeignAt(i) ? written.value().charAt(i) - ZERO : -1;
            if (digit < 0 || digit > 15) {
                return -1;
            }
            number = (number << 4) | digit;
        }
        return number;
    }
}
