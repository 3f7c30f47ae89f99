// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

/**
 * A function that an assistant called in an earlier turn.
 *
 * @param arguments JSON, as the model wrote it
 */
public record FunctionCall(String id, String name, String arguments) {}
