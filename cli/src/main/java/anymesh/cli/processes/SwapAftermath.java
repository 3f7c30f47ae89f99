// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.metrics.Metrics;
import anymesh.gateway.swap.StoredSwaps;
import anymesh.gateway.swap.Swap;
import anymesh.kit.registry.Release;
import anymesh.kit.store.MeshStore;
import anymesh.wire.call.Registration;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import anymesh.kit.server.Futures;

/**
 * Ends what a swap has left without work: the incumbent once the candidate stands, or the candidate that was started for it.
 * Both finish what they have first, however long a request may last.
 */
public final class SwapAftermath implements AutoCloseable {
    private static final long LOOK_EVERY_SECONDS = 1;
    private static final Duration CONNECTING = Duration.ofSeconds(2);

    private final RunningMesh mesh;
    private final StoredSwaps swaps;
    private final Duration longest;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECTING).build();
    private final Consumer<String> events;
    private final Set<String> dealtWith = new HashSet<>();
    private final Registration watch;
    // Not an event loop: to end instances blocks.
    private final ScheduledExecutorService thread = Executors
            .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("swap-aftermath").daemon().factory());
    private boolean isFirst = true;

    private SwapAftermath(RunningMesh mesh, MeshStore store, Duration longest, Consumer<String> events) {
        this.mesh = mesh;
        this.longest = longest;
        this.events = events;
        this.swaps = new StoredSwaps(store);
        this.watch = swaps.watch(this::look);
    }

    /** Looks after swaps that end from now on. {@code longest}: what a request may take. The store stays its caller's. */
    public static SwapAftermath follow(RunningMesh mesh, MeshStore store, Duration longest, Consumer<String> events) {
        return new SwapAftermath(mesh, store, longest, events);
    }

    private synchronized void look(List<Swap> all) {
        for (var swap : all) {
            // By id and state: one that was promoted may be rolled back.
            if (swap.isOver() && dealtWith.add(swap.id() + swap.state()) && !isFirst) {
                long until = System.nanoTime() + longest.toNanos();
                var _ = thread.schedule(() -> end(swap, until), Swap.UNTIL_ROUTED.toSeconds(), TimeUnit.SECONDS);
            }
        }
        isFirst = false;
    }

    private void end(Swap swap, long until) {
        try {
            var now = Futures.join(swaps.get(swap.modality()));
            if (now.isEmpty() || !now.get().id().equals(swap.id()) || now.get().state() != swap.state()) {
                return; // somebody else has it
            }
            var left = swap.left();
            if (System.nanoTime() < until && isAtWork(left)) {
                var _ = thread.schedule(() -> end(swap, until), LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
                return;
            }
            for (var release : left) {
                mesh.stop(release.toString());
                events.accept("%s has drained: %s".formatted(release, swap.events().getLast().text()));
            }
        } catch (IOException | RuntimeException e) {
            events.accept("what the swap %s left is not ended: %s".formatted(swap.id(), e.getMessage()));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAtWork(Set<Release> releases) throws IOException, InterruptedException {
        for (var instance : mesh.instances()) {
            if (releases.stream().anyMatch(instance::isOf) && isAtWork(instance)) {
                return true;
            }
        }
        return false;
    }

    private boolean isAtWork(InstanceView instance) throws InterruptedException {
        try {
            return !instance.http().isEmpty()
                    && Metrics.of(http, instance.http()).sum("anymesh_stage_requests_active") > 0;
        } catch (IOException _) {
            return false; // it does not even answer
        }
    }

    @Override
    public void close() {
        watch.close();
        thread.shutdownNow();
        http.shutdownNow();
    }
}
