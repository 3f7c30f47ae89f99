// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a check found.
 *
 * @param library what the answers are held against; null if the bundle has no reference, and its answers in company are held
 *        against those alone
 * @param tolerance how far a log probability may be off
 * @param prompts whether prompts have the reference's tokens
 * @param drafts how the answers alone were drafted; null if the bundle has no draft model
 * @param tooLong samples of the reference that the bundle's context has no room for, which nobody asked
 */
public record CheckReport(@Nullable String library, float tolerance, Part prompts, Part alone, Part company,
        @Nullable Drafts drafts, int tooLong) {

    /** The first difference, if there is any. */
    public Optional<String> difference() {
        return Stream.concat(Stream.of(prompts, alone, company), Stream.ofNullable(drafts).map(Drafts::without))
                .flatMap(part -> part.differences().stream()).findFirst();
    }

    /**
     * How drafts fared in the answers alone.
     *
     * @param without the same answers without drafts, held against those with
     * @param runs of the model while they were drafted; 0 if they weren't
     * @param drafted tokens that the draft model guessed
     * @param accepted those of them that were written
     */
    public record Drafts(Part without, long runs, long drafted, long accepted) {

        /** How many tokens a run of the model wrote. */
        public double tokensPerRun() {
            return (double) (runs + accepted) / runs;
        }
    }

    /**
     * One way of asking.
     *
     * @param asked how many times
     * @param ties how many answers went another way where both tokens are as likely
     * @param error the largest by which a log probability is off
     * @param tokensPerSecond of all answers; 0 where none were asked for
     */
    public record Part(int asked, int ties, float error, List<String> differences, double tokensPerSecond) {
        public Part {
            differences = List.copyOf(differences);
        }
    }
}
