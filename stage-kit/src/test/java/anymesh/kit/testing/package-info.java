// SPDX-License-Identifier: Apache-2.0
/** What tests of several modules share: bundles made on the spot. */
@NullMarked
package anymesh.kit.testing;

import org.jspecify.annotations.NullMarked;
