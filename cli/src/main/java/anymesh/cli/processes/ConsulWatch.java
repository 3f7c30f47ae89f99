// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessState;
import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Kills the mesh's own Consul when it runs but has not answered for long, so that the supervisor starts it again: what a
 * liveness probe is in Kubernetes. Stages need none, as gateways leave out those that do not answer.
 */
final class ConsulWatch implements AutoCloseable {
    /** A start with an election takes a few seconds, even on a busy machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long LOOK_EVERY_SECONDS = 1;

    private final Supervisor supervisor;
    private final ConsulServer consul;
    private final Readiness readiness;
    private final Consumer<String> events;
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("consul-watch").daemon().factory());
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
        var _ = watch.thread.scheduleWithFixedDelay(watch::look, 0, LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
        return watch;
    }

    private void look() {
        var state = supervisor.statuses().stream().filter(process -> process.id().equals(ConsulServer.ID))
                .map(ProcessStatus::state).findFirst().orElse(watched);
        if (!(state instanceof ProcessState.Running) || !state.equals(watched)
                || readiness.ofConsul(consul.address())) {
            watched = state;
            wellNanos = System.nanoTime();
        } else if (System.nanoTime() - wellNanos > PATIENCE.toNanos()) {
            events.accept("consul has not answered for %d s and is killed".formatted(PATIENCE.toSeconds()));
            supervisor.kill(ConsulServer.ID);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
