// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;

/**
 * One output made twice, from the same signal and the same seed.
 *
 * @param trial the swap during which they were made
 * @param isGolden whether no caller asked for it
 * @param words what the caller wrote last, which the output is held against
 */
public record Twins(Modality modality, String trial, boolean isGolden, String words, GeneratedMedia standing,
        GeneratedMedia onTrial) {}
