// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import anymesh.kit.model.BundleException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a vocabulary that are text, as a prefix tree of their bytes: what a document may go on with is found by walking it,
 * without looking at most of them. Nodes are in preorder; the root is 0. Immutable.
 */
public final class TokenTrie {
    private static final int NONE = -1;

    private final byte[][] texts;
    private final byte[] labels;
    /** Of each node, the first one behind its descendants. */
    private final int[] ends;
    /** Of each node, a token that it spells, and of each token, another one that is spelled alike. */
    private final int[] tokens;
    private final int[] alike;
    private final int longest;
    private final Inside inBody;

    private TokenTrie(byte[][] texts, byte[] labels, int[] ends, int[] tokens, int[] alike, int longest) {
        this.texts = texts;
        this.labels = labels;
        this.ends = ends;
        this.tokens = tokens;
        this.alike = alike;
        this.longest = longest;
        this.inBody = inside(StringLeaf.ANY, StringLeaf.inBody());
    }

    /**
     * The tree of a vocabulary.
     *
     * @param vocabulary how many ids there are
     * @param texts the bytes of those that are text, none empty
     * @throws BundleException if they can't spell every document
     */
    public static TokenTrie of(int vocabulary, Map<Integer, byte[]> texts) {
        record Token(int id, byte[] text) {}
        var sorted = texts.entrySet().stream().map(token -> new Token(token.getKey(), token.getValue()))
                .sorted(Comparator.comparing(Token::text, Arrays::compareUnsigned).thenComparingInt(Token::id))
                .toList();
        var byId = new byte[vocabulary][];
        var alike = new int[vocabulary];
        Arrays.fill(alike, NONE);
        int size = 1;
        byte[] before = {};
        for (var token : sorted) {
            byId[token.id()] = token.text();
            size += token.text().length - common(before, token.text());
            before = token.text();
        }
        var labels = new byte[size];
        var ends = new int[size];
        var tokens = new int[size];
        Arrays.fill(tokens, NONE);
        var path = new ArrayList<>(List.of(0));
        before = new byte[0];
        int next = 1;
        int longest = 0;
        for (var token : sorted) {
            int shared = common(before, token.text());
            while (path.size() > shared + 1) {
                ends[path.removeLast()] = next;
            }
            for (int i = shared; i < token.text().length; i++) {
                labels[next] = token.text()[i];
                path.add(next++);
            }
            int node = path.getLast();
            alike[token.id()] = tokens[node];
            tokens[node] = token.id();
            longest = Math.max(longest, token.text().length);
            before = token.text();
        }
        int all = next;
        path.forEach(node -> ends[node] = all);
        var trie = new TokenTrie(byId, labels, ends, tokens, alike, longest);
        trie.requireBytes();
        return trie;
    }

    /** Of printable ASCII and the line break each has to be a token, so that there always is a next one. */
    private void requireBytes() {
        for (int octet = ' '; octet < 0x7F; octet++) {
            int wanted = octet;
            boolean isThere = false;
            for (int child = 1; child < ends[0]; child = ends[child]) {
                isThere |= labels[child] == wanted && tokens[child] != NONE;
            }
            if (!isThere) {
                throw new BundleException("response_formats: the vocabulary has no token '%c'".formatted(wanted));
            }
        }
    }

    private static int common(byte[] one, byte[] two) {
        int mismatch = Arrays.mismatch(one, two);
        return mismatch < 0 ? one.length : mismatch;
    }

    /** How many ids there are. */
    int vocabulary() {
        return texts.length;
    }

    /** The bytes of a token; null if it is no text. */
    public byte @Nullable [] text(int token) {
        return token < texts.length ? texts[token] : null;
    }

    int longest() {
        return longest;
    }

    /** The first child, if it is less than {@link #end} of the node; the next one is the end of that. */
    int firstChild(int node) {
        return node + 1;
    }

    int end(int node) {
        return ends[node];
    }

    int label(int node) {
        return labels[node] & 0xFF;
    }

    /** Notes the tokens that end at a node. */
    void mark(int node, long[] allowed) {
        for (int token = tokens[node]; token != NONE; token = alike[token]) {
            allowed[token >> 6] |= 1L << token;
        }
    }

    /** What can be written in the body of a string of any length: the same for all of them, and most of a vocabulary. */
    Inside inBody() {
        return inBody;
    }

    /**
     * Tokens that stay inside of a leaf or end with it, and the nodes at which it is accepted.
     *
     * @param allowed a bit for each token
     * @param staying the same without those that end it, or go on after its end
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Inside(long[] allowed, long[] staying, int[] exits) {}

    private Inside inside(Leaf leaf, int state) {
        var allowed = new long[(texts.length >> 6) + 1];
        var staying = new long[allowed.length];
        var exits = new ArrayList<Integer>();
        inside(0, leaf, state, allowed, staying, exits);
        return new Inside(allowed, staying, exits.stream().mapToInt(Integer::intValue).toArray());
    }

    private void inside(int node, Leaf leaf, int state, long[] allowed, long[] staying, List<Integer> exits) {
        for (int child = node + 1; child < ends[node]; child = ends[child]) {
            int next = leaf.step(state, label(child));
            if (next != Leaf.NOWHERE) {
                mark(child, allowed);
                inside(child, leaf, next, allowed, staying, exits);
                if (leaf.accepts(next)) {
                    exits.add(child);
                } else {
                    mark(child, staying);
                }
            }
        }
    }
}
