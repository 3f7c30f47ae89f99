// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

/**
 * How a signal becomes media: equations 4 and 5.
 *
 * @param trial the id of the swap that has these releases on trial; empty if they stand for themselves
 * @param isProbe whether it is these releases that are asked, so that nobody else makes what fails here
 */
public record OutputPath(Hop projector, Hop generator, String trial, boolean isProbe) {
    OutputPath asProbe() {
        return new OutputPath(projector, generator, trial, true);
    }

    /** Whether what fails here is made again by the releases that stand. */
    public boolean isOnTrial() {
        return !trial.isEmpty();
    }
}
