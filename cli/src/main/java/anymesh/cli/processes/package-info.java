// SPDX-License-Identifier: Apache-2.0
/**
 * Process mode: a mesh of one process for each service instance on this machine, which find each other through Consul.
 *
 * <p>Start here: {@link anymesh.cli.processes.ProcessMesh}. Commands reach it through
 * {@link anymesh.cli.processes.ControlServer}, and either kind of mesh as a {@link anymesh.cli.processes.RunningMesh}; what they
 * mean by a name {@link anymesh.cli.processes.Lineup} says.
 */
@NullMarked
package anymesh.cli.processes;

import org.jspecify.annotations.NullMarked;
