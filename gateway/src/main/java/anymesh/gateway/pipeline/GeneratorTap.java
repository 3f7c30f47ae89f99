// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

/**
 * Sees what enters generators for callers: each medium once, where its request was routed. Neither shadows nor what is made a
 * second time. Called on event loops; must not block, and must not throw.
 */
@FunctionalInterface
public interface GeneratorTap {
    /** Nobody looks. */
    GeneratorTap NONE = _ -> {};

    void enters(GeneratorInput input);
}
