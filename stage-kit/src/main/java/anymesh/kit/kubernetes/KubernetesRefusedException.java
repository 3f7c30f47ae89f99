// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

/** The API server is there but will not have us: who we are is unknown to it, or may not do this. Waiting does not help. */
public final class KubernetesRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KubernetesRefusedException(String message) {
        super(message);
    }

    KubernetesRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
