// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.replicas.WantedReplicas;
import anymesh.wire.call.Registration;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentList;
import io.fabric8.kubernetes.api.model.autoscaling.v1.Scale;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.RollableScalableResource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wanted replicas as the Deployments of a namespace have them, changed through their scale subresource, as {@code kubectl
 * scale} and autoscalers do. A Deployment is a service's by {@link ServiceLabels}; one that names a bundle and a version
 * besides is a release beside its service, called {@code SERVICE/BUNDLE/VERSION} here.
 */
public final class DeploymentReplicas implements WantedReplicas {
    private static final Logger log = LoggerFactory.getLogger(DeploymentReplicas.class);
    private static final int CONFLICT = 409;

    private final KubernetesAccess access;
    private final NonNamespaceOperation<Deployment, DeploymentList, RollableScalableResource<Deployment>> deployments;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Set<String> waking = ConcurrentHashMap.newKeySet();
    private volatile Map<String, Wanted> wanted = Map.of();
    private volatile Registration following = () -> {};

    /** What is wanted of a service, and the Deployment that stands for it. */
    private record Wanted(String deployment, int count) {}

    private DeploymentReplicas(KubernetesAccess access) {
        this.access = access;
        this.deployments = access.client().apps().deployments().inNamespace(access.namespace());
    }

    /**
     * Follows the Deployments; waits a moment for what they say first.
     *
     * @throws KubernetesRefusedException if the API server answers and will not have us. One that does not answer is no
     *     error.
     */
    public static DeploymentReplicas open(Vertx vertx, KubernetesConfig config) {
        return open(KubernetesAccess.open(vertx, config));
    }

    static DeploymentReplicas open(KubernetesAccess access) {
        access.insist(Stream.concat(Permission.of("apps", "deployments", "list", "watch"),
                Permission.of("apps", "deployments/scale", "get", "update")), "Deployments");
        var replicas = new DeploymentReplicas(access);
        var follower = Follower.start(access, "Deployments", Follower.Objects.of(replicas.deployments),
                replicas::follow);
        replicas.following = follower::close;
        access.awaitBriefly(follower.first());
        return replicas;
    }

    private void follow(List<Deployment> list) {
        var next = new TreeMap<String, Wanted>();
        for (var deployment : list) {
            var read = MeshDeployment.of(deployment);
            next.merge(read.key(), new Wanted(read.name(), read.replicas()),
                    (one, other) -> new Wanted(one.deployment(), one.count() + other.count()));
        }
        if (!next.equals(wanted)) {
            wanted = next;
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public OptionalInt of(String service) {
        var known = wanted.get(service);
        return known == null ? OptionalInt.empty() : OptionalInt.of(known.count());
    }

    /** Fails if no Deployment is known to be this service's. */
    @Override
    public Future<Void> set(String service, int count) {
        var known = wanted.get(service);
        return known == null
                ? Future.failedFuture(new NoSuchElementException("no Deployment is known for " + service))
                : access.call(() -> scale(known.deployment(), _ -> count)).mapEmpty();
    }

    /** Of two that wake a service at the same time, be it in two processes, one does. */
    @Override
    public Future<Void> wake(String service) {
        var known = wanted.get(service);
        if (known == null || known.count() > 0 || !waking.add(service)) {
            return Future.succeededFuture(); // nothing sleeps, or it is being done
        }
        return access.call(() -> scale(known.deployment(), before -> before == 0 ? 1 : before))
                .onComplete(isChanged -> {
                    waking.remove(service);
                    if (isChanged.succeeded() && isChanged.result()) {
                        log.info("service={} is woken", service);
                    }
                }).mapEmpty();
    }

    /** Says whether it made a difference. */
    private boolean scale(String deployment, IntUnaryOperator change) {
        var resource = deployments.withName(deployment);
        while (true) {
            Scale scale = resource.scale();
            var replicas = scale.getSpec().getReplicas();
            int before = replicas == null ? 0 : replicas; // the API server leaves a 0 out
            int after = change.applyAsInt(before);
            if (after == before) {
                return false;
            }
            scale.getSpec().setReplicas(after);
            try {
                resource.scale(scale);
                return true;
            } catch (KubernetesClientException e) {
                if (e.getCode() != CONFLICT) {
                    throw e;
                }
            }
        }
    }

    @Override
    public Registration watch(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public void close() {
        following.close();
        access.close();
    }
}
