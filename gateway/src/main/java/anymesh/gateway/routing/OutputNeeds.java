// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks of the generator that makes its media; null where any will do.
 *
 * @param size {@code WIDTHxHEIGHT}
 * @param task what its bundle must say that it does, such as {@code speech}
 */
public record OutputNeeds(@Nullable String size, @Nullable Integer steps, @Nullable Float guidanceScale,
        @Nullable String task) {
    /** Whatever the generator likes. */
    public static final OutputNeeds ANY = new OutputNeeds(null, null, null);

    public OutputNeeds(@Nullable String size, @Nullable Integer steps, @Nullable Float guidanceScale) {
        this(size, steps, guidanceScale, null);
    }

    /** The same of one that draws in any size. */
    OutputNeeds withoutSize() {
        return new OutputNeeds(null, steps, guidanceScale, task);
    }

    /** The same of one whose bundle says that it does this. */
    public OutputNeeds withTask(String wanted) {
        return new OutputNeeds(size, steps, guidanceScale, wanted);
    }
}
