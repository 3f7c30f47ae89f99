// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.server.Futures;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One {@link ConsulAgent} and one Vert.x for all tests of a class. */
public final class SharedConsul implements BeforeAllCallback, AfterAllCallback {
    private Path folder;
    private Vertx vertx;
    private ConsulAgent agent;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        folder = Files.createTempDirectory("consul");
        vertx = Vertx.vertx();
        agent = ConsulAgent.start(folder, "");
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Futures.join(vertx.close());
        if (agent != null) {
            agent.close();
        }
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    public Vertx vertx() {
        return vertx;
    }

    public ConsulAgent agent() {
        return agent;
    }
}
