// SPDX-License-Identifier: Apache-2.0
/** Tests that need several services: the path of a request as a user sees it, and the fences between the modules. */
@NullMarked
package anymesh.mesh;

import org.jspecify.annotations.NullMarked;
