// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import anymesh.v1.GeneratedMedia;

/**
 * What a request took, in one unit for all modalities and the same on every machine: a token is 1, read or written; a medium
 * is 1 for each 1,024 pixels (of each frame) or samples, times its denoising steps.
 */
public final class Work {
    private Work() {}

    /** Of one medium, as its generator says it; one that doesn't counts as a token. */
    public static long of(GeneratedMedia media) {
        return Math.max(1, media.getWork());
    }
}
