// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** What {@code ./anymesh --namespace} refuses, on a real API server; what it does is {@link KubernetesIT}'s. */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
final class ClusterCommandsIT {
    private static KubeCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = KubeCluster.start();
    }

    @AfterAll
    static void end() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whatGatewaysWouldNeverReadIsNotWritten() throws Exception {
        refused("there is no mesh in namespace anymesh", "scale", "generator-image", "2");

        var production = KubeCluster.render("overlays/production");
        cluster.apply(new Manifests(production.of("Namespace"))).expectSuccess();
        cluster.apply(new Manifests(List.of(production.one("Deployment", "gateway")))).expectSuccess();
        cluster.anymesh("route").expectSuccess();
        cluster.kubectl("set", "env", "deployment/gateway", "ANYMESH_REGISTRY_STATE-", "-n", KubeCluster.NAMESPACE)
                .expectSuccess();
        refused("the gateways in namespace anymesh share routes and swaps by CONSUL", "route");
        cluster.kubectl("delete", "deployment", "gateway", "-n", KubeCluster.NAMESPACE).expectSuccess();

        cluster.apply(new Manifests(List.of(KubeCluster.render("base").one("Deployment", "gateway")))).expectSuccess();
        refused("there is no Deployment or release 'generator-image' in namespace anymesh (there are gateway)", "scale",
                "generator-image", "2");
        refused("there is no Deployment of generator-image in namespace anymesh", "start", "image", "--image", "any");
        refused("a gateway has no bundle", "start", "gateway", "--image", "any");
        refused("say where it comes from", "start", "image");
        refused("say what is in that image or folder: --to BUNDLE@VERSION", "swap", "image", "--image", "any");
    }

    private static void refused(String why, String... command) throws Exception {
        var told = cluster.anymesh(command);
        assertThat(told.code()).as(told.out()).isEqualTo(1);
        assertThat(told.err()).contains(why);
    }
}
