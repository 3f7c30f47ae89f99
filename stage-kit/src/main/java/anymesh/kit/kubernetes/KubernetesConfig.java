// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

/**
 * Where in a cluster the mesh is. The API server and the credentials are those of the pod's service account, or outside of
 * a pod those of the file that {@code KUBECONFIG} names.
 *
 * @param namespace empty: the pod's own, or that of the file's context
 */
public record KubernetesConfig(String namespace) {

    public KubernetesConfig {
        if (!namespace.matches("|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
            throw new IllegalArgumentException(
                    "kubernetes.namespace: %s (expected: a name of small letters, digits and '-', or nothing)"
                            .formatted(namespace));
        }
    }

    /** The pod's own namespace. */
    public static KubernetesConfig defaults() {
        return new KubernetesConfig("");
    }
}
