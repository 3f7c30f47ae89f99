// SPDX-License-Identifier: Apache-2.0
/**
 * What a mesh in a Kubernetes cluster has in common, kept by the cluster itself: the registry from EndpointSlices, the
 * store in ConfigMaps, the locks as Leases, and how many instances are wanted from Deployments. For clusters without
 * Consul; no other package knows Kubernetes.
 *
 * <p>Start here: {@link anymesh.kit.kubernetes.KubernetesStageRegistry},
 * {@link anymesh.kit.kubernetes.KubernetesMeshStore}, {@link anymesh.kit.kubernetes.KubernetesMeshLocks},
 * {@link anymesh.kit.kubernetes.DeploymentReplicas}. The client blocks, so whatever asks the API server runs on virtual
 * threads; futures and listeners come back on Vert.x contexts. The {@code open} methods block for a few seconds at most.
 */
@NullMarked
package anymesh.kit.kubernetes;

import org.jspecify.annotations.NullMarked;
