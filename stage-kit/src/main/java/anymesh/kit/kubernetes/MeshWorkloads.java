// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageState;
import anymesh.v1.StageDescription;
import com.google.protobuf.TextFormat;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The Deployments and pods of a mesh in a namespace, for who looks at them and changes them from outside of the cluster. Only the
 * API server has to be reached: what a pod says of itself is asked over a forwarded port. The methods block; what the API
 * server refuses is an {@link IOException} with its words.
 */
public final class MeshWorkloads implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    /** What the controller takes away first, when there are to be fewer. */
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
    private static final String CONTAINER = "anymesh";
    private static final int READABLE = 8;
    private static final TextFormat.Parser PARSER = TextFormat.Parser.newBuilder()
            // A newer stage may say more than is known here.
            .setAllowUnknownFields(true).build();

    private final KubernetesAccess access;
    private final Set<String> services;
    private final NonNamespaceOperation<Deployment, DeploymentList, RollableScalableResource<Deployment>> deployments;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    /** By pod and its restarts: what serves stays what it is. */
    private final Map<String, StageDescription> descriptions = new ConcurrentHashMap<>();

    private MeshWorkloads(KubernetesAccess access, Set<String> services) {
        this.access = access;
        this.services = Set.copyOf(services);
        this.deployments = access.client().apps().deployments().inNamespace(access.namespace());
    }

    /** Those of these services. */
    public static MeshWorkloads open(Vertx vertx, KubernetesConfig config, Set<String> services) {
        return new MeshWorkloads(KubernetesAccess.open(vertx, config), services);
    }

    public String namespace() {
        return access.namespace();
    }

    /** Those of the manifests first. */
    public List<MeshDeployment> deployments() throws IOException {
        return asked(() -> deployments.list().getItems().stream().map(MeshDeployment::of)
                .filter(deployment -> services.contains(deployment.service()))
                .sorted(Comparator.comparing(MeshDeployment::isCandidate).thenComparing(MeshDeployment::name))
                .toList());
    }

    /** What this variable says in a Deployment's container; empty if it says nothing or there is no such Deployment. */
    public String variable(String deployment, String name) throws IOException {
        return asked(() -> Optional.ofNullable(deployments.withName(deployment).get())
                .flatMap(found -> container(found.getSpec().getTemplate())).stream()
                .flatMap(container -> container.getEnv().stream())
                .filter(variable -> variable.getName().equals(name) && variable.getValue() != null)
                .map(EnvVar::getValue).findFirst().orElse(""));
    }

    /** Of all of the mesh's Deployments. */
    public List<MeshPod> pods() throws IOException {
        var ours = deployments().stream()
                .collect(Collectors.toMap(MeshDeployment::name, deployment -> deployment));
        return asked(() -> access.client().pods().inNamespace(access.namespace()).list().getItems().stream()
                .flatMap(
                        pod -> Optional.ofNullable(ours.get(deployment(pod))).map(its -> MeshPod.of(pod, its)).stream())
                .sorted(Comparator.comparing(MeshPod::name)).toList());
    }

    /** Its ReplicaSet's name without the hash that the Deployment gave it; empty if it has none. */
    private static String deployment(Pod pod) {
        var metadata = pod.getMetadata();
        var hash = metadata.getLabels() == null ? null : metadata.getLabels().get("pod-template-hash");
        return hash == null
                ? ""
                : metadata.getOwnerReferences().stream().filter(owner -> owner.getKind().equals("ReplicaSet"))
                        .map(owner -> owner.getName().replaceFirst("-" + hash + "$", "")).findFirst().orElse("");
    }

    /** What a stage that serves says of itself; nothing from any other. */
    public StageDescription describe(MeshPod pod) {
        if (pod.state() != StageState.SERVING || pod.grpcPort() == 0 || pod.httpPort() == 0) {
            return StageDescription.getDefaultInstance();
        }
        var key = pod.name() + "/" + pod.restarts();
        var said = descriptions.get(key);
        if (said == null) {
            said = ask(pod);
            if (!said.getBundle().isEmpty()) {
                descriptions.put(key, said);
            }
        }
        return said;
    }

    /** Nothing from one that can't be asked, or is older than the question. */
    private StageDescription ask(MeshPod pod) {
        try (var forward = access.client().pods().inNamespace(access.namespace()).withName(pod.name())
                .portForward(pod.httpPort())) {
            var request = HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:%d/description".formatted(forward.getLocalPort())))
                    .timeout(PATIENCE).build();
            var answer = http.send(request, BodyHandlers.ofString());
            var said = StageDescription.newBuilder();
            if (answer.statusCode() == 200) {
                PARSER.merge(answer.body(), said);
            }
            return said.build();
        } catch (IOException | KubernetesClientException _) {
            return StageDescription.getDefaultInstance();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return StageDescription.getDefaultInstance();
        }
    }

    /** How the Deployment of candidates with that image and folder is called. */
    public static String candidateName(String service, String image, String bundle) {
        var digest = UUID.nameUUIDFromBytes((image + "\n" + bundle).getBytes(StandardCharsets.UTF_8)).toString();
        return "%s-candidate-%s".formatted(service, digest.substring(0, READABLE));
    }

    /**
     * Makes a Deployment like the one that the manifests have of a service, whose instances are candidates and serve the
     * bundle in that image, or in that folder of their container. It is no release's yet ({@link #label}).
     *
     * @param image empty: as there
     * @param bundle empty: as there
     */
    public MeshDeployment candidate(MeshDeployment standing, String image, String bundle, int replicas)
            throws IOException {
        var name = candidateName(standing.service(), image, bundle);
        return asked(() -> MeshDeployment
                .of(deployments.resource(likeness(deployments.withName(standing.name()).require(), name,
                        standing.service(), image, bundle, replicas)).create()));
    }

    private static Deployment likeness(Deployment like, String name, String service, String image, String bundle,
            int replicas) {
        var template = new PodTemplateSpecBuilder(like.getSpec().getTemplate())
                .editMetadata().addToLabels(ServiceLabels.CANDIDATE, name).endMetadata().build();
        container(template).ifPresent(container -> {
            if (!image.isEmpty()) {
                container.setImage(image);
            }
            set(container, "ANYMESH_STAGE_CANDIDATE", "true");
            if (!bundle.isEmpty()) {
                set(container, "ANYMESH_STAGE_BUNDLE", bundle);
            }
        });
        return new DeploymentBuilder().withNewMetadata().withName(name)
                .withLabels(like.getMetadata().getLabels()).addToLabels(ServiceLabels.CANDIDATE, name)
                .addToLabels(ServiceLabels.SERVICE, service)
                .addToLabels(ObjectNames.MANAGED_BY, ObjectNames.ANYMESH).endMetadata()
                .withNewSpecLike(like.getSpec()).withReplicas(replicas).withTemplate(template)
                .editSelector().addToMatchLabels(ServiceLabels.CANDIDATE, name).endSelector().endSpec().build();
    }

    private static Optional<Container> container(PodTemplateSpec template) {
        var all = template.getSpec().getContainers();
        return all.stream().filter(container -> container.getName().equals(CONTAINER)).findFirst()
                .or(() -> all.stream().findFirst());
    }

    private static void set(Container container, String name, String value) {
        var all = new ArrayList<>(container.getEnv());
        all.removeIf(variable -> variable.getName().equals(name));
        all.add(new EnvVar(name, value, null));
        container.setEnv(all);
    }

    /** Says of a candidate which release it is, so that gateways know it by that. */
    public void label(MeshDeployment candidate, Release release) throws IOException {
        asked(() -> deployments.withName(candidate.name())
                .edit(deployment -> new DeploymentBuilder(deployment).editMetadata()
                        .addToLabels(ServiceLabels.BUNDLE, release.bundle())
                        .addToLabels(ServiceLabels.VERSION, release.version()).endMetadata().build()));
    }

    /** Wants so many instances; returns at once. */
    public void scale(String deployment, int replicas) throws IOException {
        asked(() -> deployments.withName(deployment).scale(replicas));
    }

    /** Wants one instance less, which is to be this one; returns at once. */
    public void endOne(MeshPod pod, int left) throws IOException {
        asked(() -> access.client().pods().inNamespace(access.namespace()).withName(pod.name()).edit(found -> {
            found.getMetadata().getAnnotations().put(DELETION_COST, "-1000");
            return found;
        }));
        scale(pod.deployment(), left);
    }

    /** Takes out a Deployment, whose instances drain; returns at once. */
    public void delete(String deployment) throws IOException {
        asked(() -> deployments.withName(deployment).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete());
    }

    /** What a pod wrote, before it was started again if it was; empty if that is not known. */
    public String log(MeshPod pod) {
        var resource = access.client().pods().inNamespace(access.namespace()).withName(pod.name());
        try {
            return pod.restarts() > 0 ? resource.terminated().getLog() : resource.getLog();
        } catch (KubernetesClientException _) {
            return "";
        }
    }

    private interface Asked<T> {
        T ask();
    }

    private <T> T asked(Asked<T> what) throws IOException {
        try {
            return what.ask();
        } catch (KubernetesClientException e) {
            var answered = e.getStatus() == null ? null : e.getStatus().getMessage();
            throw new IOException(answered != null
                    ? answered
                    : "the API server at %s: %s".formatted(access.client().getMasterUrl(), KubernetesAccess.reason(e)),
                    e);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        access.close();
    }
}
