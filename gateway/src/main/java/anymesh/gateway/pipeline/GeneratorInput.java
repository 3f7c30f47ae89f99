// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.Draw;
import anymesh.kit.registry.Release;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.EmbeddingBatch;

/**
 * What is about to enter a generator for a caller.
 *
 * @param condition H_X, lent: whoever wants it after the call retains it
 * @param release what it is sent to
 * @param words what the caller wrote last
 * @param draw what chance decides about the caller's request
 */
public record GeneratorInput(EmbeddingBatch condition, GeneratorRequest request, Release release, String words,
        String requestId, Draw draw) {}
