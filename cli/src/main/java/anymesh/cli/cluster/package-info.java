// SPDX-License-Identifier: Apache-2.0
/** The same commands for a mesh in a Kubernetes cluster. Start here: {@link anymesh.cli.cluster.ClusterMesh}. */
@NullMarked
package anymesh.cli.cluster;

import org.jspecify.annotations.NullMarked;
