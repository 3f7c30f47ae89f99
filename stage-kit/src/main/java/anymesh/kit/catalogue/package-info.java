// SPDX-License-Identifier: Apache-2.0
/**
 * Which components, services and modalities there are: the only lists of them. What depends on one of them and nothing else is
 * told here; what is to be done for each is a {@code switch} elsewhere, which does not compile until a new one is in it.
 */
@NullMarked
package anymesh.kit.catalogue;

import org.jspecify.annotations.NullMarked;
