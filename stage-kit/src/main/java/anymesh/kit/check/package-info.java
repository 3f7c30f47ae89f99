// SPDX-License-Identifier: Apache-2.0
/** How what a bundle's models give is held against what the library gave that they come from. */
@NullMarked
package anymesh.kit.check;

import org.jspecify.annotations.NullMarked;
