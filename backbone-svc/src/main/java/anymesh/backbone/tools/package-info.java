// SPDX-License-Identifier: Apache-2.0

/**
 * Calls of tools: how a model writes them, which its chat template shows; what a request offers, as a grammar that the model's
 * tokens are held to; and what comes of it, name by name and argument by argument.
 */
@NullMarked
package anymesh.backbone.tools;

import org.jspecify.annotations.NullMarked;
