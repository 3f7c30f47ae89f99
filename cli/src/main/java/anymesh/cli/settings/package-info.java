// SPDX-License-Identifier: Apache-2.0
/** How the services of a mesh are configured from the command line, alike for one process and for many. */
@NullMarked
package anymesh.cli.settings;

import org.jspecify.annotations.NullMarked;
