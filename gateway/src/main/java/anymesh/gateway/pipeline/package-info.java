// SPDX-License-Identifier: Apache-2.0
/**
 * A request's way through the five stages. Start with {@link anymesh.gateway.pipeline.GenerationPipeline}; every step
 * is one call to one stage, takes a record and returns the next one. A {@link anymesh.gateway.pipeline.ChoiceRun} takes one choice of a
 * request through them, a {@link anymesh.gateway.pipeline.SignalRun} what one signal asks for. Steps run on the event loop of the
 * request and never block. Embedding batches are relayed unread: a record that holds one owns it, and the step that takes the record
 * takes the batch over.
 */
@NullMarked
package anymesh.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
