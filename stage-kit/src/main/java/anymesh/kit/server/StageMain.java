// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.config.ConfigLoader;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stage in a process of its own: serves until SIGTERM or SIGINT, then drains and exits with 0. */
public final class StageMain {
    private static final Logger log = LoggerFactory.getLogger(StageMain.class);

    private StageMain() {}

    /** How a service makes its stage from its own configuration. */
    @FunctionalInterface
    public interface Loader<C> {
        Stage load(C config, StageResources resources) throws Exception;
    }

    /**
     * The whole of a service's main: reads {@code --config FILE} and the environment over the defaults, then {@link #run}.
     * Ends the process with 2 if the configuration is refused.
     */
    public static <C> void main(String service, Class<C> type, C defaults, String[] args,
            Function<C, StageConfig> stage,
            Loader<C> loader) {
        C config;
        try {
            config = ConfigLoader.load(type, defaults, configFile(args), System.getenv());
        } catch (IllegalArgumentException e) {
            log.error("service={} configuration refused: {}", service, e.getMessage());
            System.exit(2);
            return;
        }
        run(service, stage.apply(config), resources -> loader.load(config, resources));
    }

    private static @Nullable Path configFile(String[] args) {
        if (args.length == 0) {
            return null;
        }
        if (args.length != 2 || !args[0].equals("--config")) {
            throw new IllegalArgumentException(
                    "arguments %s (expected: none, or --config FILE)".formatted(List.of(args)));
        }
        return Path.of(args[1]);
    }

    /** Starts the stage; if it cannot start, says why and ends the process with 1. */
    public static void run(String service, StageConfig config, StageFactory factory) {
        var vertx = Vertx.vertx();
        log.info("service={} config={}", service, config);
        try {
            var registry = config.registry().forStage(vertx, service, config.tls());
            var opened = new CompletableFuture<StageRunner>();
            // Before anything is loaded: a stage may be told to go at any time.
            Termination.on(config.drainTimeout(), budget -> {
                opened.join().drain(budget);
                registry.close();
                Futures.join(vertx.close());
            });
            var runner = StageRunner.open(service, config, vertx, registry);
            opened.complete(runner);
            runner.serve(factory);
        } catch (CancellationException e) {
            log.info("service={} {}", service, e.getMessage());
        } catch (RuntimeException e) {
            log.error("service={} failed to start: {}", service, e.getMessage(), e);
            // Not exit: an orderly end, as the hook makes it, would look like success.
            Runtime.getRuntime().halt(1);
        }
    }
}
