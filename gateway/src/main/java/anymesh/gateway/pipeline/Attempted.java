// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import org.jspecify.annotations.Nullable;

/**
 * One output on one path, from the signal on.
 *
 * @param trial the swap during which it was made
 * @param onTrial whether the releases on trial made it, or those that stand
 * @param shadow whether it was made to be compared only: then its times say little, as it came when others had gone before
 * @param error why it failed; null if it was made
 * @param firstMillis until the first progress; of one that told of none, until its end
 * @param millis until its end
 * @param residentBytes of the memory of the generator that made it, at its end; 0 if it is not known
 */
public record Attempted(Modality modality, String trial, boolean onTrial, boolean shadow, @Nullable Throwable error,
        double firstMillis, double millis, long residentBytes) {}
