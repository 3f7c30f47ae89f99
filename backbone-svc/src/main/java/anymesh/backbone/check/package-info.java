// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a bundle answers as the library did that it came from, alone and in company: the whole way, from messages to
 * tokens. A service looks at a few samples before it serves, {@code anymesh bundle check} at all of them.
 *
 * <p>Start here: {@link anymesh.backbone.check.ReferenceCheck}.
 */
@NullMarked
package anymesh.backbone.check;

import org.jspecify.annotations.NullMarked;
