// SPDX-License-Identifier: Apache-2.0
/**
 * The {@code anymesh} commands and the mesh in one process. The only package that depends on services.
 *
 * <p>Start here: {@link anymesh.cli.Anymesh} for the commands, {@link anymesh.cli.EmbeddedMesh} for the mesh.
 */
@NullMarked
package anymesh.cli;

import org.jspecify.annotations.NullMarked;
