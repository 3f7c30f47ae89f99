// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.cluster;

import anymesh.cli.processes.ControlServer;
import anymesh.cli.processes.Control;
import anymesh.cli.processes.Desks;
import anymesh.cli.processes.InstanceView;
import anymesh.cli.processes.LogFiles;
import anymesh.cli.processes.Replicas;
import anymesh.cli.processes.RunningMesh;
import anymesh.cli.processes.StartRequest;
import anymesh.gateway.swap.Supply;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.kubernetes.KubernetesConfig;
import anymesh.kit.kubernetes.MeshDeployment;
import anymesh.kit.kubernetes.MeshPod;
import anymesh.kit.kubernetes.MeshWorkloads;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.store.MeshStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A mesh in a namespace of a cluster, in which Kubernetes starts and ends the instances. A Deployment stands for a service as
 * the manifests have it, and one beside it for each release that was started; a name means a Deployment, or a release. It
 * goes on without this object, which is for one command: what a swap leaves is ended by the gateways. A release that sleeps is
 * known by its labels only, which what the manifests have does not need to have.
 */
public final class ClusterMesh implements RunningMesh, AutoCloseable {
    /** For an image to come over a slow network, a model to load, or a long answer to end. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long LOOK_EVERY_MILLIS = 500;
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    private final Vertx vertx;
    private final MeshWorkloads workloads;
    private final MeshStore store;

    private ClusterMesh(Vertx vertx, MeshWorkloads workloads, MeshStore store) {
        this.vertx = vertx;
        this.workloads = workloads;
        this.store = store;
    }

    /**
     * The one in this namespace of the cluster that {@code KUBECONFIG} names. Throws what the store of such a mesh does, and
     * {@link IllegalArgumentException} where its gateways share something else.
     */
    public static ClusterMesh open(Vertx vertx, String namespace) throws IOException {
        var config = new KubernetesConfig(namespace);
        var workloads = MeshWorkloads.open(vertx, config, Set.copyOf(Replicas.services()));
        requireNoOther(workloads);
        return new ClusterMesh(vertx, workloads,
                RegistryConfig.defaults().withKubernetes(config).store(vertx, Set.of()));
    }

    /** What is written where no gateway reads it would be done by nobody, and nobody would say so. */
    private static void requireNoOther(MeshWorkloads workloads) throws IOException {
        var kind = workloads.variable("gateway", "ANYMESH_REGISTRY_KIND");
        var state = workloads.variable("gateway", "ANYMESH_REGISTRY_STATE");
        var cluster = RegistryConfig.Kind.KUBERNETES.name();
        if (!kind.isEmpty() && !kind.equals(cluster) && !state.equals(cluster)) {
            throw new IllegalArgumentException(
                    "the gateways in namespace %s share routes and swaps by %s (expected: ANYMESH_REGISTRY_STATE=KUBERNETES, as components/consul has it)"
                            .formatted(workloads.namespace(), kind));
        }
    }

    /** Opens a loopback port where commands of this process find it. */
    public Control control() {
        return ControlServer.start(vertx, this, Desks.of(this, store, this::snapshot)).control();
    }

    private List<StageInstance> snapshot() {
        try {
            return workloads.pods().stream().filter(pod -> pod.grpcPort() > 0).map(this::instance).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private StageInstance instance(MeshPod pod) {
        return new StageInstance(pod.name(), pod.service(), pod.host(), pod.grpcPort(), pod.httpPort(), 0, pod.state(),
                workloads.describe(pod));
    }

    @Override
    public List<InstanceView> instances() throws IOException {
        return workloads.pods().stream().map(pod -> InstanceView.of(instance(pod)).after(pod.restarts())).toList();
    }

    @Override
    public Release release(StartRequest asked) {
        if (asked.release().isEmpty()) {
            throw new IllegalArgumentException("say what is in that image or folder: --to BUNDLE@VERSION");
        }
        return Release.parse(asked.release());
    }

    @Override
    public Map<Release, Supply.Wanted> wanted(Set<Release> releases) throws IOException {
        var wanted = new HashMap<Release, Supply.Wanted>();
        for (var release : releases) {
            find(release).ifPresent(deployment -> wanted.put(release,
                    new Supply.Wanted(deployment.key(), deployment.replicas())));
        }
        return wanted;
    }

    @Override
    public void start(StartRequest asked) throws IOException, InterruptedException {
        var service = Replicas.stage(asked.service());
        if (asked.image().isEmpty() && asked.bundle().isEmpty()) {
            throw new IllegalArgumentException(
                    "say where it comes from: --image IMAGE, or --bundle DIR for a folder of its container");
        }
        var deployments = workloads.deployments();
        var standing = deployments.stream().filter(one -> one.service().equals(service) && !one.isCandidate())
                .findFirst().orElseThrow(() -> new IllegalArgumentException(
                        "there is no Deployment of %s in namespace %s".formatted(service, workloads.namespace())));
        int replicas = asked.replicas(Math.max(1, deployments.stream().filter(one -> one.service().equals(service))
                .mapToInt(MeshDeployment::replicas).max().orElse(1)));
        var name = MeshWorkloads.candidateName(service, asked.image(), asked.bundle());
        var there = named(deployments, name);
        if (there.filter(one -> one.replicas() > 0).isPresent()) {
            throw new IllegalArgumentException(
                    "that runs already, as %1$s; ./anymesh scale %1$s N gives it more instances".formatted(name));
        }
        try {
            MeshDeployment candidate;
            if (there.isPresent()) {
                candidate = there.get();
                workloads.scale(name, replicas);
            } else {
                candidate = workloads.candidate(standing, asked.image(), asked.bundle(), replicas);
            }
            awaitServing(name, replicas);
            workloads.label(candidate, requireNew(candidate, asked.release()));
        } catch (IOException | RuntimeException e) {
            workloads.delete(name);
            throw e;
        }
    }

    /** What it says that it is, if that is what was expected and nobody else is it. */
    private Release requireNew(MeshDeployment candidate, String expected) throws IOException {
        var served = served();
        var release = served.getOrDefault(candidate.name(), Set.of()).stream().findFirst()
                .orElseThrow(() -> new IOException("%s does not say what it serves; is its image older than the mesh's?"
                        .formatted(candidate.name())));
        if (!expected.isEmpty() && !expected.equals(release.toString())) {
            throw new IllegalArgumentException("it is %s (expected: %s)".formatted(release, expected));
        }
        if (!LABEL.matcher(release.bundle()).matches() || !LABEL.matcher(release.version()).matches()) {
            throw new IllegalArgumentException(
                    "%s can be no label (expected: up to 63 letters, digits, '.', '_' and '-')".formatted(release));
        }
        for (var other : workloads.deployments()) {
            if (!other.name().equals(candidate.name())
                    && (other.key().equals(release.key())
                            || served.getOrDefault(other.name(), Set.of()).contains(release))) {
                throw new IllegalArgumentException(
                        "%s is there already, as %2$s; ./anymesh scale %2$s N changes its number"
                                .formatted(release, other.name()));
            }
        }
        return release;
    }

    /** What the instances of each Deployment say that they are, by its name. */
    private Map<String, Set<Release>> served() throws IOException {
        return workloads.pods().stream()
                .flatMap(pod -> Stream.of(instance(pod).release()).filter(release -> !release.bundle().isEmpty())
                        .map(release -> Map.entry(pod.deployment(), release)))
                .collect(Collectors.groupingBy(Map.Entry::getKey,
                        Collectors.mapping(Map.Entry::getValue, Collectors.toSet())));
    }

    @Override
    public void scale(String name, String count) throws IOException, InterruptedException {
        int wanted = Replicas.number(name, count);
        var deployment = require(name);
        workloads.scale(deployment.name(), wanted);
        if (wanted >= deployment.replicas()) {
            awaitServing(deployment.name(), wanted);
        } else {
            awaitAtMost(deployment.name(), wanted);
        }
    }

    /** A pod, and there is one less; a candidate, and its Deployment goes; a service, and it sleeps. */
    @Override
    public void stop(String name) throws IOException, InterruptedException {
        var pod = workloads.pods().stream().filter(one -> one.name().equals(name)).findFirst();
        if (pod.isPresent()) {
            var deployment = require(pod.get().deployment());
            int left = Math.max(0, deployment.replicas() - 1);
            workloads.endOne(pod.get(), left);
            awaitAtMost(deployment.name(), left);
            return;
        }
        var deployment = require(name);
        if (deployment.isCandidate()) {
            workloads.delete(deployment.name());
        } else {
            workloads.scale(deployment.name(), 0);
        }
        awaitAtMost(deployment.name(), 0);
    }

    private MeshDeployment require(String name) throws IOException {
        var deployments = workloads.deployments();
        if (deployments.isEmpty()) {
            throw new IllegalArgumentException("there is no mesh in namespace %s".formatted(workloads.namespace()));
        }
        var full = Replicas.fullName(name);
        var found = name.contains("=")
                ? find(Release.parse(name))
                : deployments.stream().filter(one -> one.name().equals(full) || one.key().equals(name)).findFirst();
        return found.orElseThrow(() -> new IllegalArgumentException(
                "there is no Deployment or release '%s' in namespace %s (there are %s)".formatted(name,
                        workloads.namespace(),
                        deployments.stream().map(MeshDeployment::name).collect(Collectors.joining(", ")))));
    }

    private static Optional<MeshDeployment> named(List<MeshDeployment> deployments, String name) {
        return deployments.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /** By its labels, or by what its instances say where they say all the same. */
    private Optional<MeshDeployment> find(Release release) throws IOException {
        var served = served();
        return workloads.deployments().stream().filter(deployment -> deployment.key().equals(release.key())
                || Set.of(release).equals(served.get(deployment.name()))).findFirst();
    }

    private void awaitServing(String deployment, int count) throws IOException, InterruptedException {
        await(deployment, pods -> {
            for (var pod : pods) {
                if (pod.state() == StageState.FAILED) {
                    throw new IOException("%s does not start: %s".formatted(pod.name(), why(pod)));
                }
            }
            return pods.stream().filter(pod -> pod.state() == StageState.SERVING).count() >= count;
        });
    }

    private void awaitAtMost(String deployment, int count) throws IOException, InterruptedException {
        await(deployment, pods -> pods.size() <= count);
    }

    private interface Goal {
        boolean isReached(List<MeshPod> pods) throws IOException;
    }

    private void await(String deployment, Goal goal) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            var pods = workloads.pods().stream().filter(pod -> pod.deployment().equals(deployment)).toList();
            if (goal.isReached(pods)) {
                return;
            }
            if (System.nanoTime() > until) {
                throw new IOException("%s is not there after %d minutes: %s".formatted(deployment,
                        PATIENCE.toMinutes(), pods.stream().map(this::why).collect(Collectors.joining("; "))));
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    private String why(MeshPod pod) {
        return LogFiles.lastLine(workloads.log(pod).lines()).orElse(pod.trouble());
    }

    @Override
    public void close() {
        store.close();
        workloads.close();
    }
}
