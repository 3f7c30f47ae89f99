// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import org.jspecify.annotations.Nullable;

/** Where a document stands on one of the ways that it may have come: inside of a leaf, with what is to come after it. */
record Place(Leaf leaf, int state, @Nullable Rest rest) {}
