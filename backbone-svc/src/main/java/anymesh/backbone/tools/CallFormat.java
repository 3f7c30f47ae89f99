// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import org.jspecify.annotations.Nullable;

/**
 * How a model writes calls of functions: a name, then arguments as a JSON object, with texts of its own around them.
 *
 * @param opening stands before the name of an answer's first call
 * @param middle between a name and its arguments
 * @param between from the arguments of one call to the name of the next; null if an answer has one call at most
 * @param closing after the arguments of the last
 * @param hasShortIds whether the template takes no ids of calls but those of nine letters and digits
 */
public record CallFormat(String opening, String middle, @Nullable String between, String closing,
        boolean hasShortIds) {}
