// SPDX-License-Identifier: Apache-2.0
/** How long an end may take: {@link anymesh.kit.ending.Budget}, one deadline for everything that has to go. */
@NullMarked
package anymesh.kit.ending;

import org.jspecify.annotations.NullMarked;
