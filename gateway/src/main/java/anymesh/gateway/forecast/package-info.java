// SPDX-License-Identifier: Apache-2.0
/**
 * What a request would have to wait for, told before anybody works on it: by what this gateway has given to the releases of its plan,
 * and by how fast they have shown themselves to be.
 */
@NullMarked
package anymesh.gateway.forecast;

import org.jspecify.annotations.NullMarked;
