// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessState;
import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Sees to the mesh's own Consul. Once that has started, it is killed when it runs but has not answered for long, so that the
 * supervisor starts it again: what a liveness probe is in Kubernetes. Consul 1.22 needs it: told to go just after an
 * election, it may wait for its own Raft for ever. Stages need none, as gateways leave out those that do not answer.
 */
final class ConsulWatch implements AutoCloseable {
    private static final Duration STARTUP = Duration.ofSeconds(60);
    /** A start with an election takes a few seconds, even on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_EVERY_MILLIS = 4000;
    private static final long LOOK_FOR_START_MILLIS = 50;

    private final Supervisor supervisor;
    private final ConsulServer consul;
    private final Readiness readiness;
    private final Consumer<String> events;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("consul-watch").daemon().factory());
    private final CountDownLatch started = new CountDownLatch(1);
    private ProcessState watched = new ProcessState.Waiting(0);
    private long wellNanos = System.nanoTime();

    private ConsulWatch(Supervisor supervisor, ConsulServer consul, Readiness readiness, Consumer<String> events) {
        this.supervisor = supervisor;
        this.consul = consul;
        this.readiness = readiness;
        this.events = events;
    }

    /** Looks from now on, until it is closed. */
    static ConsulWatch start(Supervisor supervisor, ConsulServer consul, Readiness readiness,
            Consumer<String> events) {
        var watch = new ConsulWatch(supervisor, consul, readiness, events);
        watch.thread.execute(watch::look);
        return watch;
    }

    /** Waits until it has elected itself; throws {@link IOException} if it does not. */
    void awaitStarted() throws IOException, InterruptedException {
        if (!started.await(STARTUP.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(
                    "Consul at %s did not start in %d s".formatted(consul.address(), STARTUP.toSeconds()));
        }
    }

    private void look() {
        var state = supervisor.statuses().stream().filter(process -> process.id().equals(ConsulServer.ID))
                .map(ProcessStatus::state).findFirst().orElse(watched);
        boolean isReady = readiness.ofConsul(consul.address());
        if (isReady) {
            started.countDown();
        }
        if (isReady || isStarting() || !(state instanceof ProcessState.Running) || !state.equals(watched)) {
            watched = state;
            wellNanos = System.nanoTime();
        } else if (System.nanoTime() - wellNanos > PATIENCE.toNanos()) {
            events.accept("consul has not answered for %d s and is killed".formatted(PATIENCE.toSeconds()));
            supervisor.kill(ConsulServer.ID);
        }
        if (!thread.isShutdown()) {
            var _ = thread.schedule(this::look, isStarting() ? LOOK_FOR_START_MILLIS : LOOK_EVERY_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private boolean isStarting() {
        return started.getCount() > 0;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
