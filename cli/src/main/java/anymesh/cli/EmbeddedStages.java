// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.Candidate;
import anymesh.cli.processes.ConfiguredBundles;
import anymesh.cli.processes.Group;
import anymesh.cli.processes.Lineup;
import anymesh.cli.processes.Replicas;
import anymesh.cli.processes.StartRequest;
import anymesh.cli.settings.ConfiguredStage;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.server.StageRunner;
import anymesh.v1.Modality;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stages of a mesh in one process: of each release one instance at most. Thread-safe; the methods block. */
final class EmbeddedStages {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedStages.class);
    /** Without its models this one is an error; without those of the others the mesh answers 422 to what they make. */
    private static final ServiceKind REQUIRED = ServiceKind.generator(Modality.IMAGE);

    private final Vertx vertx;
    private final StageRegistry registry;
    private final @Nullable WireMemory memory;
    private final Map<String, ConfiguredStage<?>> services;
    private final ConfiguredBundles configured;
    private final StoredReplicas replicas;
    private final Map<Group, StageRunner> running = new LinkedHashMap<>(); // guarded by this
    private boolean isEnding; // guarded by this

    /**
     * Candidates are written down in {@code replicas}, whoever starts the mesh again.
     *
     * @param memory what stages and callers of this process share; null: each stage has its own, and a port
     */
    EmbeddedStages(Vertx vertx, StageRegistry registry, @Nullable WireMemory memory, List<ConfiguredStage<?>> services,
            ConfiguredBundles configured, StoredReplicas replicas) {
        this.vertx = vertx;
        this.registry = registry;
        this.memory = memory;
        this.configured = configured;
        this.replicas = replicas;
        this.services = services.stream()
                .collect(Collectors.toMap(service -> service.kind().name(), Function.identity(), (one, _) -> one,
                        LinkedHashMap::new));
    }

    /**
     * Starts what is configured; if one of them cannot start, none is left and its reason is thrown. Then candidates that ran
     * when the mesh ended: one that can't is forgotten.
     */
    void startAll() {
        var wanted = services.values().stream()
                .filter(service -> service.kind().makes().isEmpty() || service.kind().equals(REQUIRED)
                        || Files.exists(service.stageConfig().bundle().resolve("manifest.json")))
                .map(service -> new Group.Configured(service.kind().name())).toList();
        try (var threads = platformThreads()) {
            var starting = wanted.stream().map(group -> CompletableFuture.runAsync(() -> run(group), threads)).toList();
            RuntimeException failure = null;
            for (var one : starting) {
                try {
                    one.join();
                } catch (CompletionException e) {
                    failure = e;
                }
            }
            if (failure != null) {
                close();
                throw failure;
            }
        }
        Futures.join(replicas.started()).forEach(this::takeUp);
    }

    private void takeUp(StoredReplicas.Started left) {
        try {
            begin(Candidate.again(left));
        } catch (IOException | IllegalArgumentException e) {
            log.warn("{} is not started again: {}", left.name(), e.getMessage());
            Futures.join(replicas.forget(left.name()));
        }
    }

    void start(StartRequest asked) throws IOException {
        var candidate = asked.candidate();
        requireOne(candidate.toString(), asked.replicas(1));
        lineup().requireNew(candidate.release());
        begin(candidate);
        Futures.join(replicas.set(candidate.key(), 1, candidate.bundle()));
    }

    void scale(String name, String replicas) throws IOException {
        int wanted = Replicas.number(name, replicas);
        requireOne(name, wanted);
        var group = lineup().named(name);
        if (wanted == 0) {
            end(group);
        } else if (!isRunning(group)) {
            begin(group);
        }
    }

    void stop(String name) {
        end(instance(name).orElseGet(() -> lineup().named(name)));
    }

    private static void requireOne(String name, int number) {
        if (number > 1) {
            throw new IllegalArgumentException(
                    "replicas of %s: %d (expected: 0 or 1; a mesh of processes has more: ./anymesh up --processes)"
                            .formatted(name, number));
        }
    }

    private void begin(Group group) throws IOException {
        try {
            run(group);
        } catch (IllegalArgumentException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IOException("%s does not start: %s".formatted(group, Failures.message(e)), e);
        }
    }

    /** Returns once it serves; if it can't, nothing of it is left. */
    private void run(Group group) {
        var service = service(group);
        var runner = open(group, service);
        try {
            runner.serve(service);
        } catch (RuntimeException e) {
            synchronized (this) {
                running.remove(group, runner);
            }
            registry.remove(runner.instance().id());
            throw e;
        }
    }

    private synchronized StageRunner open(Group group, ConfiguredStage<?> service) {
        if (isEnding) {
            throw new IllegalStateException("the mesh is being stopped");
        }
        if (running.containsKey(group)) {
            throw new IllegalArgumentException(group + " is being started already");
        }
        var runner = memory == null
                ? service.open(vertx, registry)
                : service.openWithin(vertx, registry, memory);
        running.put(group, runner);
        return runner;
    }

    private ConfiguredStage<?> service(Group group) {
        var service = services.get(group.service());
        if (service == null) {
            throw new IllegalArgumentException("the %s of a mesh in one process comes and goes with it"
                    .formatted(group.service()));
        }
        return group instanceof Candidate candidate
                ? service.with(stage -> stage.withBundle(candidate.bundle()).asCandidate())
                : service;
    }

    private void end(Group group) {
        service(group);
        StageRunner runner;
        synchronized (this) {
            runner = running.remove(group);
        }
        if (group instanceof Candidate candidate) {
            Futures.join(replicas.forget(candidate.key()));
        }
        if (runner != null) {
            runner.drain();
        }
    }

    private synchronized boolean isRunning(Group group) {
        return running.containsKey(group);
    }

    private synchronized Optional<Group> instance(String id) {
        return running.entrySet().stream().filter(entry -> entry.getValue().instance().id().equals(id))
                .map(Map.Entry::getKey).findFirst();
    }

    /** What runs, and what would run if it were started again. */
    private synchronized Lineup lineup() {
        var entries = new ArrayList<Lineup.Entry>();
        for (var name : services.keySet()) {
            var group = new Group.Configured(name);
            entries.add(new Lineup.Entry(group, configured.release(name), running.containsKey(group) ? 1 : 0));
        }
        running.keySet().forEach(group -> {
            if (group instanceof Candidate candidate) {
                entries.add(new Lineup.Entry(candidate, Optional.of(candidate.release()), 1));
            }
        });
        return new Lineup(entries);
    }

    void drain(Budget budget) {
        endAll(runner -> runner.drain(budget));
    }

    void close() {
        endAll(StageRunner::close);
    }

    private void endAll(Consumer<StageRunner> end) {
        List<StageRunner> runners;
        synchronized (this) {
            isEnding = true;
            runners = List.copyOf(running.values());
        }
        try (var threads = platformThreads()) {
            runners.forEach(runner -> threads.execute(() -> end.accept(runner)));
        }
    }

    /**
     * Not virtual ones: loading a model runs class initialisers and native code that hold their carrier, and with as many
     * stages as carriers they would wait for each other for ever.
     */
    private static ExecutorService platformThreads() {
        return Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("stage-", 0).factory());
    }
}
