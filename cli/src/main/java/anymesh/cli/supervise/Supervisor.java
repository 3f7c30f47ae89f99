// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps processes running. One that ends by itself is started again after a pause ({@link Backoff}); one that is stopped
 * gets SIGTERM and, when its patience is over, SIGKILL.
 *
 * <pre>
 *   start ─▶ Running ──ends──▶ Waiting ──pause──▶ Running
 *               └──stop──▶ Stopping ──ends──▶ forgotten
 * </pre>
 *
 * <p>All state belongs to one thread of its own; the methods may be called from any and return at once.
 */
public final class Supervisor implements AutoCloseable {
    private final Backoff backoff;
    private final Consumer<String> events;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("supervisor").daemon().factory());
    private final Map<String, Supervised> processes = new LinkedHashMap<>();
    private volatile Consumer<String> onEnd = _ -> {};

    /** {@code events} is told in a line of everything that ends or comes back by itself. */
    public Supervisor(Backoff backoff, Consumer<String> events) {
        this.backoff = backoff;
        this.events = events;
    }

    /** Who is told the name of each process that has ended by itself; by the supervisor's thread, so it returns at once. */
    public void onEnd(Consumer<String> listener) {
        onEnd = listener;
    }

    private static final class Supervised {
        private final ProcessSpec spec;
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();
        private ProcessState state = new ProcessState.Waiting(0);
        private @Nullable Process process;
        private int failures;
        private long startedNanos;

        Supervised(ProcessSpec spec) {
            this.spec = spec;
        }
    }

    /** Starts a process and keeps it; fails if one of that name is there already. */
    public CompletableFuture<Void> start(ProcessSpec spec) {
        return CompletableFuture.runAsync(() -> {
            if (processes.containsKey(spec.id())) {
                throw new IllegalArgumentException(spec.id() + " is there already");
            }
            var supervised = new Supervised(spec);
            processes.put(spec.id(), supervised);
            launch(supervised);
        }, thread);
    }

    /** Ends a process for good; completes when it is gone, or at once if there is none of that name. */
    public CompletableFuture<Void> stop(String id, Duration patience) {
        var gone = new CompletableFuture<Void>();
        thread.execute(() -> {
            var supervised = processes.get(id);
            var stopped = supervised == null
                    ? CompletableFuture.<Void>completedFuture(null)
                    : stop(supervised, patience);
            var _ = stopped.thenAccept(gone::complete);
        });
        return gone;
    }

    /** Kills a process that runs, with SIGKILL; it is started again like one that ended by itself. */
    public void kill(String id) {
        thread.execute(() -> {
            var supervised = processes.get(id);
            if (supervised != null && supervised.process != null) {
                supervised.process.destroyForcibly();
            }
        });
    }

    public List<ProcessStatus> statuses() {
        return CompletableFuture.supplyAsync(() -> processes.values().stream()
                .map(one -> new ProcessStatus(one.spec.id(), one.state, one.failures)).toList(), thread).join();
    }

    private CompletableFuture<Void> stop(Supervised supervised, Duration patience) {
        switch (supervised.state) {
            case ProcessState.Running(long pid) -> {
                supervised.state = new ProcessState.Stopping(pid);
                if (supervised.process != null) {
                    supervised.process.destroy();
                }
                killAfter(patience, supervised);
            }
            case ProcessState.Waiting _ -> forget(supervised);
            case ProcessState.Stopping _ -> killAfter(patience, supervised); // it has been told, but may have less time now
        }
        return supervised.stopped;
    }

    private void killAfter(Duration patience, Supervised supervised) {
        var process = supervised.process;
        if (process != null) {
            var _ = thread.schedule(process::destroyForcibly, patience.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void launch(Supervised supervised) {
        if (!(supervised.state instanceof ProcessState.Waiting) || !processes.containsValue(supervised)) {
            return;
        }
        supervised.startedNanos = System.nanoTime();
        try {
            var process = supervised.spec.start();
            supervised.process = process;
            supervised.state = new ProcessState.Running(process.pid());
            var _ = process.onExit().thenAcceptAsync(ended -> onExit(supervised, ended.exitValue()), thread);
        } catch (IOException e) {
            events.accept("%s cannot be started: %s".formatted(supervised.spec.id(), e.getMessage()));
            waitAndLaunch(supervised, 127);
        }
    }

    private void onExit(Supervised supervised, int exitCode) {
        switch (supervised.state) {
            case ProcessState.Running _ -> {
                waitAndLaunch(supervised, exitCode);
                onEnd.accept(supervised.spec.id());
            }
            case ProcessState.Stopping _,ProcessState.Waiting _ -> forget(supervised);
        }
    }

    private void waitAndLaunch(Supervised supervised, int exitCode) {
        var ran = Duration.ofNanos(System.nanoTime() - supervised.startedNanos);
        supervised.failures = backoff.failures(supervised.failures, ran);
        supervised.state = new ProcessState.Waiting(exitCode);
        supervised.process = null;
        var pause = backoff.pause(supervised.failures);
        events.accept("%s ended with %d after %d s and is started again in %d ms".formatted(supervised.spec.id(),
                exitCode, ran.toSeconds(), pause.toMillis()));
        var _ = thread.schedule(() -> launch(supervised), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void forget(Supervised supervised) {
        processes.remove(supervised.spec.id());
        supervised.stopped.complete(null);
    }

    /** Kills whatever still runs, and waits until it is gone. */
    @Override
    public void close() {
        if (thread.isShutdown()) {
            return;
        }
        var gone = new ArrayList<CompletableFuture<Void>>();
        for (var status : statuses()) {
            gone.add(stop(status.id(), Duration.ZERO));
        }
        CompletableFuture.allOf(gone.toArray(CompletableFuture[]::new)).join();
        thread.shutdownNow();
    }
}
