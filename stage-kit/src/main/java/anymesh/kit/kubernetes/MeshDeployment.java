// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import io.fabric8.kubernetes.api.model.apps.Deployment;

/**
 * A Deployment of one of the mesh's services.
 *
 * @param name its own
 * @param key what {@link anymesh.kit.replicas.WantedReplicas} calls it: {@code SERVICE}, or {@code SERVICE/BUNDLE/VERSION}
 * @param isCandidate whether it was started beside what the manifests have
 * @param replicas how many instances are wanted
 */
public record MeshDeployment(String name, String service, String key, boolean isCandidate, int replicas) {

    static MeshDeployment of(Deployment deployment) {
        var key = ServiceLabels.release(deployment);
        int slash = key.indexOf('/');
        var replicas = deployment.getSpec().getReplicas();
        return new MeshDeployment(deployment.getMetadata().getName(), slash < 0 ? key : key.substring(0, slash), key,
                ServiceLabels.isCandidate(deployment), replicas == null ? 1 : replicas);
    }
}
