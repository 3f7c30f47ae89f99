// SPDX-License-Identifier: Apache-2.0
/**
 * What entered a generator is sent to one or two bundles, in this process and without a mesh, and what they make of it is shown
 * side by side. Start with {@link anymesh.cli.replay.Replay}.
 */
@NullMarked
package anymesh.cli.replay;

import org.jspecify.annotations.NullMarked;
