// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.server.Futures;
import io.vertx.core.Vertx;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One {@link KubeCluster} for all tests of this JVM, which takes seconds and hundreds of megabytes; and one Vert.x and one
 * namespace for all tests of a class.
 */
public final class SharedKube implements BeforeAllCallback, AfterAllCallback {
    private static final AtomicInteger NAMESPACES = new AtomicInteger();
    private static @Nullable KubeCluster started;

    private KubeCluster cluster;
    private Vertx vertx;
    private String namespace;

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster = started();
        vertx = Vertx.vertx();
        namespace = "%s-%d".formatted(context.getRequiredTestClass().getSimpleName().toLowerCase(Locale.ROOT),
                NAMESPACES.incrementAndGet());
        cluster.kubectl("create", "namespace", namespace);
        // No pod is accepted before it is there.
        kubectl("wait", "--for=create", "serviceaccount/default", "--timeout=60s");
    }

    private static synchronized KubeCluster started() {
        if (started == null) {
            started = KubeCluster.start();
        }
        return started;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (vertx != null) {
            Futures.join(vertx.close());
        }
    }

    public KubeCluster cluster() {
        return cluster;
    }

    public Vertx vertx() {
        return vertx;
    }

    /** As {@link KubeCluster#kubectl}, in the class' own namespace. */
    public String kubectl(String... arguments) {
        return cluster.kubectl(Stream.concat(Stream.of("-n", namespace), Stream.of(arguments)).toArray(String[]::new));
    }

    /** A namespace that no other class uses. */
    public String namespace() {
        return namespace;
    }
}
