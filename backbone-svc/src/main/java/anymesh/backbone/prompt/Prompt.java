// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import com.google.common.hash.Hashing;
import anymesh.kit.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A prompt that is ready to be embedded: token ids, with media embeddings spliced between them. The embeddings are
 * copies, so a prompt may outlive the request it was made of.
 */
public final class Prompt {
    private final long[] ids;
    private final List<Splice> media;
    private final int length;

    private Prompt(long[] ids, List<Splice> media) {
        this.ids = ids;
        this.media = List.copyOf(media);
        this.length = ids.length + media.stream().mapToInt(Splice::length).sum();
    }

    /** A prompt of these ids and media, the media in the order in which they stand. */
    public static Prompt of(long[] ids, List<Splice> media) {
        return new Prompt(ids.clone(), media);
    }

    /** A medium's embeddings {@code [M, hidden]}, to stand before the token with this index (or at the end). */
    public record Splice(int before, Tensor embeddings) {

        public int length() {
            return (int) embeddings.size(0);
        }
    }

    /** The text's tokens, without the media. */
    public long[] ids() {
        return ids.clone();
    }

    /** The media, in the order in which they stand. */
    public List<Splice> media() {
        return media;
    }

    /** Positions in all: tokens and media embeddings. */
    public int length() {
        return length;
    }

    /** Some of its positions, which are views where they are of media. */
    public Prompt part(int from, int to) {
        var part = new Builder();
        int position = 0;
        int token = 0;
        for (var splice : media) {
            position = addTokens(part, token, splice.before(), position, from, to);
            token = splice.before();
            int first = Math.clamp(from - (long) position, 0, splice.length());
            int last = Math.clamp(to - (long) position, 0, splice.length());
            if (first < last) {
                part.add(splice.embeddings().part(0, first, last - first));
            }
            position += splice.length();
        }
        addTokens(part, token, ids.length, position, from, to);
        return part.build();
    }

    private int addTokens(Builder part, int token, int end, int position, int from, int to) {
        int count = end - token;
        int first = Math.clamp(from - (long) position, 0, count);
        int last = Math.clamp(to - (long) position, 0, count);
        part.add(Arrays.copyOfRange(ids, token + first, token + Math.max(first, last)));
        return position + count;
    }

    /** A number for each position, the same for the same: a token's id, or a negative hash of a medium's embedding. */
    public long[] signature() {
        var signature = new long[length];
        int position = 0;
        int token = 0;
        for (var splice : media) {
            for (; token < splice.before(); token++) {
                signature[position++] = ids[token];
            }
            for (int row = 0; row < splice.length(); row++) {
                var bytes = splice.embeddings().part(0, row, 1).bytes();
                signature[position++] = Hashing.murmur3_128().hashBytes(bytes).asLong() | Long.MIN_VALUE;
            }
        }
        System.arraycopy(ids, token, signature, position, ids.length - token);
        return signature;
    }

    static final class Builder {
        private final List<Splice> media = new ArrayList<>();
        private long[] ids = new long[64];
        private int count;
        private int embeddingCount;

        /** Positions so far. */
        long length() {
            return (long) count + embeddingCount;
        }

        void add(List<Long> tokens) {
            add(tokens.stream().mapToLong(Long::longValue).toArray());
        }

        void add(long[] tokens) {
            if (count + tokens.length > ids.length) {
                ids = Arrays.copyOf(ids, Math.max(2 * ids.length, count + tokens.length));
            }
            System.arraycopy(tokens, 0, ids, count, tokens.length);
            count += tokens.length;
        }

        void add(Tensor embeddings) {
            var splice = new Splice(count, embeddings);
            media.add(splice);
            embeddingCount += splice.length();
        }

        Prompt build() {
            return Prompt.of(Arrays.copyOf(ids, count), media);
        }
    }
}
