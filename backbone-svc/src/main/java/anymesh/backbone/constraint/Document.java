// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A document of a {@link Schema} as it is written, token by token. It knows all ways in which what stands there can have come
 * about, so that exactly those tokens are let through after which it can still be completed. Owned by one thread at a time.
 */
public final class Document {
    /** Of so many places it is remembered how to get there; then all is forgotten, and found again. */
    private static final int MOST_KNOWN = 16 << 10;

    private final TokenTrie trie;
    private final Map<Rest, Openings> known = new HashMap<>();
    private int knownPlaces;
    private List<Place> places;
    private boolean complete;

    Document(Rule root, TokenTrie trie) {
        this.trie = trie;
        this.places = List.copyOf(Openings.of(new Rest(root, 0, null)).places());
    }

    /** Whether it may end here. */
    public boolean isComplete() {
        return complete;
    }

    /** Whether it has to end here. */
    public boolean isOver() {
        return complete && places.isEmpty();
    }

    /** Takes a token; false if the document can't go on with it. */
    public boolean accept(int token) {
        byte[] text = trie.text(token);
        return text != null && accept(text);
    }

    /** Takes a part of a token; false likewise. */
    public boolean accept(byte[] text) {
        for (byte octet : text) {
            step(octet & 0xFF);
        }
        return complete || !places.isEmpty();
    }

    private void step(int octet) {
        var next = new LinkedHashSet<Place>();
        complete = false;
        for (var place : places) {
            int state = place.leaf().step(place.state(), octet);
            if (state == Leaf.NOWHERE) {
                continue;
            }
            if (place.leaf().continues(state)) {
                next.add(new Place(place.leaf(), state, place.rest()));
            }
            if (place.leaf().accepts(state)) {
                var openings = openings(place.rest());
                next.addAll(openings.places());
                complete |= openings.mayEnd();
            }
            if (next.size() > Openings.MOST_PLACES) {
                throw Openings.tooMany();
            }
        }
        places = List.copyOf(next);
    }

    /**
     * Rules out all tokens but those that may come next: the sampler then draws from what the model thinks of these alone.
     *
     * @param ends the tokens that end an answer
     */
    public void mask(float[] logits, Set<Long> ends) {
        var allowed = new long[(trie.vocabulary() >> 6) + 1];
        for (var place : places) {
            walk(place, allowed);
        }
        for (int i = 0; i < logits.length; i++) {
            if (i >= trie.vocabulary() || (allowed[i >> 6] & 1L << i) == 0) {
                if (!complete || !ends.contains((long) i)) {
                    logits[i] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    private void walk(Place place, long[] allowed) {
        if (place.leaf() instanceof StringLeaf string && string.isAsIfUnlimited(place.state(), trie.longest())) {
            add(trie.inBody().allowed(), allowed);
            for (int exit : trie.inBody().exits()) {
                walkOn(exit, place.rest(), allowed);
            }
        } else if (place.leaf() instanceof StringLeaf string && string.isAsIfEndless(place.state(), trie.longest())) {
            add(trie.inBody().staying(), allowed);
        } else {
            walk(0, place.leaf(), place.state(), place.rest(), allowed);
        }
    }

    private static void add(long[] more, long[] allowed) {
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] |= more[i];
        }
    }

    private void walk(int node, Leaf leaf, int state, @Nullable Rest rest, long[] allowed) {
        int end = trie.end(node);
        for (int child = trie.firstChild(node); child < end; child = trie.end(child)) {
            int next = leaf.step(state, trie.label(child));
            if (next == Leaf.NOWHERE) {
                continue;
            }
            trie.mark(child, allowed);
            if (trie.end(child) == child + 1) {
                continue; // nothing is longer
            }
            walk(child, leaf, next, rest, allowed);
            if (leaf.accepts(next)) {
                walkOn(child, rest, allowed);
            }
        }
    }

    private void walkOn(int node, @Nullable Rest rest, long[] allowed) {
        if (trie.end(node) > node + 1) {
            for (var place : openings(rest).places()) {
                walk(node, place.leaf(), place.state(), place.rest(), allowed);
            }
        }
    }

    private Openings openings(@Nullable Rest rest) {
        if (rest == null) {
            return Openings.of(null);
        }
        var openings = known.get(rest);
        if (openings == null) {
            openings = Openings.of(rest);
            knownPlaces += 1 + openings.places().size();
            if (knownPlaces > MOST_KNOWN) {
                known.clear();
                knownPlaces = 0;
            }
            known.put(rest, openings);
        }
        return openings;
    }
}
