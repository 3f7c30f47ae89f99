// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.wire.call.Registration;
import com.google.common.base.Throwables;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to one namespace of one API server, and what it lets us do there. */
final class KubernetesAccess implements AutoCloseable {
    /** A call that has not been answered by then has failed. */
    static final int CALL_MILLIS = 5_000;
    private static final int CONNECT_MILLIS = 3_000;
    private static final long PATIENCE_MILLIS = 2_000;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final Logger log = LoggerFactory.getLogger(KubernetesAccess.class);

    private final Vertx vertx;
    private final KubernetesClient client;
    private final String namespace;
    private final ExecutorService threads = Executors
            .newThreadPerTaskExecutor(Thread.ofVirtual().name("kubernetes-", 0).factory());

    private KubernetesAccess(Vertx vertx, Config config, String namespace) {
        this.vertx = vertx;
        this.client = new KubernetesClientBuilder().withConfig(config).withHttpClientFactory(new JdkHttpClientFactory())
                .withTaskExecutor(threads).build();
        var configured = namespace.isEmpty() ? client.getNamespace() : namespace;
        this.namespace = configured == null ? "default" : configured;
    }

    /** The API server and the credentials are those that the client library finds. */
    static KubernetesAccess open(Vertx vertx, KubernetesConfig config) {
        return open(vertx, config, new ConfigBuilder());
    }

    static KubernetesAccess open(Vertx vertx, KubernetesConfig config, ConfigBuilder found) {
        var settings = found
                .withConnectionTimeout(CONNECT_MILLIS).withRequestTimeout(CALL_MILLIS)
                // A write that is done again behind our back would find itself and look like one that came too late.
                .withRequestRetryBackoffLimit(0)
                // Followers begin again by themselves.
                .withWatchReconnectLimit(0).build();
        return new KubernetesAccess(vertx, settings, config.namespace());
    }

    KubernetesClient client() {
        return client;
    }

    String namespace() {
        return namespace;
    }

    Vertx vertx() {
        return vertx;
    }

    /** Runs what blocks on a thread of its own, which {@link #close} interrupts. Completes on the caller's context. */
    <T> Future<T> call(Callable<T> blocking) {
        var context = vertx.getOrCreateContext();
        var promise = Promise.<T>promise();
        try {
            threads.execute(() -> {
                try {
                    T result = blocking.call();
                    context.runOnContext(_ -> promise.complete(result));
                } catch (Exception e) {
                    context.runOnContext(_ -> promise.fail(explain(e)));
                }
            });
        } catch (RejectedExecutionException e) {
            promise.fail(e); // closed
        }
        return promise.future();
    }

    /** Runs a loop on a thread of its own, which is interrupted when this is closed, or what it gives. */
    Registration run(Runnable loop) {
        var thread = threads.submit(loop);
        return () -> thread.cancel(true);
    }

    /**
     * Asks whether we may do all of this. Closes this and throws {@link KubernetesRefusedException} if the API server says
     * no; that it could not be asked is only told. Blocks.
     */
    void insist(Stream<Permission> permissions, String what) {
        String denied;
        try {
            denied = permissions.filter(permission -> !isAllowed(permission)).map(Permission::toString)
                    .collect(Collectors.joining(", "));
        } catch (RuntimeException e) {
            if (explain(e) instanceof KubernetesRefusedException refused) {
                close();
                throw refused;
            }
            log.warn("the API server at {}, {} cannot be reached yet: {}", client.getMasterUrl(), what, reason(e));
            return;
        }
        if (!denied.isEmpty()) {
            close();
            throw new KubernetesRefusedException("the Role in namespace %s lacks permission to %s"
                    .formatted(namespace, denied));
        }
    }

    private boolean isAllowed(Permission permission) {
        var parts = permission.resource().split("/", 2);
        var review = new SelfSubjectAccessReviewBuilder().withNewSpec().withNewResourceAttributes()
                .withNamespace(namespace).withVerb(permission.verb()).withGroup(permission.group())
                .withResource(parts[0]).withSubresource(parts.length == 2 ? parts[1] : null)
                .endResourceAttributes().endSpec().build();
        return client.authorization().v1().selfSubjectAccessReview().create(review).getStatus().getAllowed();
    }

    /** Waits a moment for what may take longer, and goes on without. Blocks. */
    void awaitBriefly(Future<?> future) {
        var ended = new CountDownLatch(1);
        future.onComplete(_ -> ended.countDown());
        try {
            if (!ended.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                log.warn("the API server at {} has not told all yet", client.getMasterUrl());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells a refusal from what may be better later: by what the API server answers, and by certificates that don't match. */
    Throwable explain(Throwable e) {
        boolean isRefused = e instanceof KubernetesClientException answer
                && (answer.getCode() == UNAUTHORIZED || answer.getCode() == FORBIDDEN);
        boolean isStrange = Throwables.getCausalChain(e).stream().anyMatch(GeneralSecurityException.class::isInstance);
        return isRefused || isStrange
                ? new KubernetesRefusedException("the API server at %s refuses, or is refused: %s"
                        .formatted(client.getMasterUrl(), isStrange ? reason(e) : e.getMessage()), e)
                : e;
    }

    /** What a write fails with where there is one already, none any more, or another version by now. */
    static boolean isOutdated(KubernetesClientException e) {
        return e.getCode() == CONFLICT || e.getCode() == NOT_FOUND;
    }

    /** The client's own messages do not say why. */
    static String reason(Throwable e) {
        return String.valueOf(Throwables.getRootCause(e)).strip();
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.close();
    }
}
