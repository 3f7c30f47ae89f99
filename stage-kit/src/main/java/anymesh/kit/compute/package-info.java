// SPDX-License-Identifier: Apache-2.0
/** Threads that compute for long. */
@NullMarked
package anymesh.kit.compute;

import org.jspecify.annotations.NullMarked;
