// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

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
