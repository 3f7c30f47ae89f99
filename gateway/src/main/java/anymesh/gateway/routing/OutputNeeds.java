// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks of the generator that makes its media; null where any will do.
 *
 * @param size {@code WIDTHxHEIGHT}
 */
public record OutputNeeds(@Nullable String size, @Nullable Integer steps, @Nullable Float guidanceScale) {
    /** Whatever the generator likes. */
    public static final OutputNeeds ANY = new OutputNeeds(null, null, null);
}
