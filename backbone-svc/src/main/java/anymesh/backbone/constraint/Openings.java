// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.wire.error.InvalidInput;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All leaves with which something may begin. */
final class Openings {
    /** A schema of so many ways at once takes too long for the others that are answered with it. */
    static final int MOST_PLACES = 1024;

    private final List<Place> places = new ArrayList<>();
    private final Set<Rest> opened = new HashSet<>();
    private boolean mayEnd;

    private Openings() {}

    /** Of what is to come; null is nothing. */
    static Openings of(@Nullable Rest rest) {
        var openings = new Openings();
        openings.open(rest);
        return openings;
    }

    List<Place> places() {
        return places;
    }

    /** Whether nothing has to come. */
    boolean mayEnd() {
        return mayEnd;
    }

    static InvalidInput tooMany() {
        return new InvalidInput(
                "json_schema: more than %d ways to read an answer at once; use fewer optional properties "
                        .formatted(MOST_PLACES) + "and alternatives that begin alike",
                "json_schema");
    }

    private void open(@Nullable Rest rest) {
        if (rest == null) {
            mayEnd = true;
            return;
        }
        if (!opened.add(rest)) {
            return;
        }
        if (opened.size() > 16 * MOST_PLACES) {
            throw tooMany();
        }
        var next = rest.next();
        switch (rest.rule()) {
            case Rule.Terminal(Leaf leaf) -> {
                add(new Place(leaf, 0, next));
                if (leaf.accepts(0)) {
                    open(next);
                }
            }
            case Rule.Sequence sequence -> {
                int after = rest.progress() + 1;
                open(new Rest(sequence.parts().get(rest.progress()), 0,
                        after == sequence.parts().size() ? next : new Rest(sequence, after, next)));
            }
            case Rule.Choice(List<Rule> options) -> options.forEach(option -> open(new Rest(option, 0, next)));
            case Rule.Reference reference -> open(new Rest(reference.target(), 0, next));
            case Rule.Items items -> open(items, rest.progress(), next);
            case Rule.Members members -> open(members, rest.progress(), next);
        }
    }

    private void open(Rule.Items items, int count, @Nullable Rest next) {
        if (count >= items.min()) {
            open(new Rest(count == 0 ? items.end() : items.lastEnd(), 0, next));
        }
        if (count < items.max()) {
            open(new Rest(count == 0 ? items.item() : items.later(), 0, new Rest(items, items.after(count), next)));
        }
    }

    /** Progress is twice the index of the first member that may still come, and one more if one has come. */
    private void open(Rule.Members object, int progress, @Nullable Rest next) {
        boolean isFirst = (progress & 1) == 0;
        for (int i = progress >> 1; i < object.members().size(); i++) {
            var member = object.members().get(i);
            open(new Rest(isFirst ? member.first() : member.later(), 0, new Rest(object, 2 * (i + 1) + 1, next)));
            if (member.required()) {
                return;
            }
        }
        open(new Rest(isFirst ? object.end() : object.lastEnd(), 0, next));
    }

    private void add(Place place) {
        places.add(place);
        if (places.size() > MOST_PLACES) {
            throw tooMany();
        }
    }
}
