// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.testing.SharedKube;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;

/** Ways to the cluster for tests. */
final class Kubes {
    private Kubes() {}

    /** Of somebody who may do everything, to the class' own namespace. */
    static KubernetesAccess access(SharedKube shared) {
        return access(shared, config(shared));
    }

    static KubernetesAccess access(SharedKube shared, ConfigBuilder config) {
        return KubernetesAccess.open(shared.vertx(), new KubernetesConfig(shared.namespace()), config);
    }

    static ConfigBuilder config(SharedKube shared) {
        return new ConfigBuilder(Config.fromKubeconfig(shared.cluster().kubeconfig().toFile()));
    }
}
