// SPDX-License-Identifier: Apache-2.0
/**
 * One release takes the place of another, step by step, as long as what is seen of both speaks for it; else the traffic goes
 * back. What is decided is decided by pure functions of what was seen, so that any gateway goes on where another one ended.
 */
@NullMarked
package anymesh.gateway.swap;

import org.jspecify.annotations.NullMarked;
