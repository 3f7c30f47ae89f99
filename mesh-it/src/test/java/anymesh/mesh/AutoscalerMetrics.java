// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;

/** What a cluster's autoscalers are told, as a test says it; {@link ExternalMetrics} is the program that tells them. */
final class AutoscalerMetrics implements AutoCloseable {
    private static final int PORT = 6444;
    private static final String SERVICE = "v1beta1.external.metrics.k8s.io";

    /** An API of the cluster, served by somebody at an address and not by pods. */
    private static final String API = """
            apiVersion: v1
            kind: Service
            metadata: {name: external-metrics, namespace: kube-system}
            spec: {ports: [{name: https, port: 443, targetPort: %1$d}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: external-metrics, namespace: kube-system, labels: {kubernetes.io/service-name: external-metrics}}
            addressType: IPv4
            ports: [{name: https, port: %1$d, protocol: TCP}]
            endpoints: [{addresses: [%2$s]}]
            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1beta1.external.metrics.k8s.io}
            spec: {group: external.metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100,
                   insecureSkipTLSVerify: true, service: {name: external-metrics, namespace: kube-system, port: 443}}
            """
            .formatted(PORT, KubeCluster.NODE_ADDRESS);

    private final KubeCluster cluster;
    private final Path folder;
    private final Map<String, Integer> values = new TreeMap<>();

    private AutoscalerMetrics(KubeCluster cluster, Path folder) {
        this.cluster = cluster;
        this.folder = folder;
    }

    /** Begins to tell them that nothing waits anywhere; it ends with the cluster. */
    static AutoscalerMetrics start(KubeCluster cluster, Path folder) throws IOException, InterruptedException {
        var metrics = new AutoscalerMetrics(cluster, folder);
        MeshService.stages().forEach(stage -> metrics.values.put(queueOf(stage.name()), 0));
        metrics.values.put("anymesh_gateway_requests_active{service=gateway}", 0);
        metrics.say();
        cluster.startInside(folder.resolve("metrics.log"),
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp", System.getProperty("java.class.path"), ExternalMetrics.class.getName(), String.valueOf(PORT),
                cluster.certificates().toString(), folder.resolve("values.json").toString());
        cluster.apply(Manifests.parse(API)).expectSuccess();
        cluster.kubectl("wait", "--for=condition=Available", "--timeout=60s",
                "apiservice/" + SERVICE).expectSuccess();
        return metrics;
    }

    /** So much waits for a service from now on. */
    void queue(String service, int depth) throws IOException {
        values.put(queueOf(service), depth);
        say();
    }

    /** So many requests are at the gateways from now on. */
    void active(int requests) throws IOException {
        values.put("anymesh_gateway_requests_active{service=gateway}", requests);
        say();
    }

    private static String queueOf(String service) {
        return "anymesh_queue_depth{service=%s}".formatted(service);
    }

    private void say() throws IOException {
        var next = folder.resolve("next.json");
        Files.writeString(next, MeshClient.JSON.writeValueAsString(values));
        Files.move(next, folder.resolve("values.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Autoscalers know nothing any more, and leave all as it is. */
    @Override
    public void close() throws IOException {
        try {
            cluster.kubectl("delete", "apiservice", SERVICE).expectSuccess();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while autoscalers were told no more", e);
        }
    }
}
