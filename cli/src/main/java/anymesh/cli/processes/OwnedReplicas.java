// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.store.LockTaken;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshLocks.MeshLock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many instances of each group this supervisor is to run, where others of the mesh see it and may raise it: in the
 * shared store. Only the supervisor that has the lock writes there and follows it; of two on one Consul the second one
 * cannot start. The methods block; what they cannot do is an {@link IOException}.
 */
final class OwnedReplicas implements AutoCloseable {
    private static final String LOCK = "replicas";
    private static final Pattern HOLDER = Pattern.compile("process (\\d+) on (.*)");
    /** Longer than a lock outlives its holder. */
    private static final Duration DEAD_HOLDER = Duration.ofSeconds(40);
    private static final long TRY_AGAIN_SECONDS = 5;

    private final MeshLocks locks;
    private final StoredReplicas replicas;
    private final Consumer<String> events;
    private final Set<Group> mine = ConcurrentHashMap.newKeySet();
    // Not an event loop: what follows a change blocks.
    private final ExecutorService thread = Executors
            .newSingleThreadExecutor(Thread.ofPlatform().name("replicas").daemon().factory());
    private volatile @Nullable MeshLock lock;
    private volatile ToIntFunction<Group> running = _ -> 0;
    private volatile Consumer<Group> onChange = _ -> {};
    private volatile boolean isClosed;
    private String trouble = "";

    private OwnedReplicas(MeshLocks locks, StoredReplicas replicas, Consumer<String> events) {
        this.locks = locks;
        this.replicas = replicas;
        this.events = events;
    }

    /**
     * Takes the lock. Throws {@link IOException} if another supervisor has it. One that died leaves it behind for half a
     * minute, for which is waited.
     */
    static OwnedReplicas open(Vertx vertx, RegistryConfig config, Consumer<String> events) throws IOException {
        var owned = new OwnedReplicas(config.locks(vertx), config.replicas(vertx), events);
        try {
            owned.own(Duration.ZERO);
        } catch (LockTaken taken) {
            owned.ownAfter(taken, config.consul().address());
        }
        return owned;
    }

    private void ownAfter(LockTaken taken, String consul) throws IOException {
        try {
            if (!isDead(taken.holder())) {
                throw taken;
            }
            events.accept("waits for the lock of a supervisor that died (%s)".formatted(taken.holder()));
            own(DEAD_HOLDER);
        } catch (LockTaken still) {
            close();
            throw new IOException("another supervisor (%s) runs the mesh of the Consul at %s; end that one first"
                    .formatted(still.holder(), consul));
        }
    }

    private void own(Duration patience) throws IOException {
        lock = await(locks.acquire(LOCK, "process %d on %s".formatted(ProcessHandle.current().pid(), host()), patience,
                () -> later(this::lose)));
    }

    private static boolean isDead(String holder) {
        var named = HOLDER.matcher(holder);
        return named.matches() && named.group(2).equals(host())
                && ProcessHandle.of(Long.parseLong(named.group(1))).filter(ProcessHandle::isAlive).isEmpty();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException _) {
            return "this host";
        }
    }

    /** Wants so many instances of a group from now on. */
    void want(Group group, int count) throws IOException {
        if (lock == null) {
            throw new IOException("this supervisor has lost the lock on how many instances there shall be");
        }
        await(set(group, count));
        mine.add(group);
    }

    private Future<Void> set(Group group, int count) {
        return switch (group) {
            case Group.Configured configured -> replicas.set(configured.key(), count);
            case Candidate candidate -> replicas.set(candidate.key(), count, candidate.bundle());
        };
    }

    /** Says nothing about a group any more. */
    void forget(Group group) throws IOException {
        mine.remove(group);
        forget(group.key());
    }

    /** As {@link #forget(Group)}, of what was wanted before this supervisor began. */
    void forget(String key) throws IOException {
        await(replicas.forget(key));
    }

    /** Releases that a supervisor before this one was told to run beside what is configured. */
    List<StoredReplicas.Started> left() throws IOException {
        return await(replicas.started());
    }

    /** How many of it are wanted at this moment; empty if this supervisor has no say in it. */
    OptionalInt wanted(Group group) throws IOException {
        return lock == null || !mine.contains(group) ? OptionalInt.empty() : await(replicas.fetch(group.key()));
    }

    /**
     * Calls {@code onChange} with each group that shall have another number of instances than {@code running} says, as
     * soon as that is known; on a thread that may block.
     */
    void follow(ToIntFunction<Group> running, Consumer<Group> onChange) {
        this.running = running;
        this.onChange = onChange;
        replicas.watch(() -> later(this::look));
        later(this::look);
    }

    private void look() {
        for (var group : mine) {
            var wanted = replicas.of(group.key());
            if (!isClosed && wanted.isPresent() && wanted.getAsInt() != running.applyAsInt(group)) {
                onChange.accept(group);
            }
        }
    }

    /** A Consul that was away for long, or forgot everything: takes the lock again, and says again what it forgot. */
    private void lose() {
        lock = null;
        if (isClosed) {
            return;
        }
        try {
            own(Duration.ofSeconds(TRY_AGAIN_SECONDS));
            for (var group : mine) {
                if (await(replicas.fetch(group.key())).isEmpty()) {
                    await(set(group, running.applyAsInt(group)));
                }
            }
            look();
            trouble = "";
        } catch (IOException | RuntimeException e) {
            tellOnce("cannot say how many instances there shall be: " + e.getMessage());
            var release = lock;
            lock = null;
            if (release != null) {
                var _ = release.release();
            }
            CompletableFuture.delayedExecutor(TRY_AGAIN_SECONDS, TimeUnit.SECONDS)
                    .execute(() -> later(this::lose));
        }
    }

    private void tellOnce(String next) {
        if (!next.equals(trouble)) {
            trouble = next;
            events.accept(next);
        }
    }

    private void later(Runnable step) {
        try {
            thread.execute(step);
        } catch (RejectedExecutionException _) {
            // It is being closed.
        }
    }

    private static <T> T await(Future<T> future) throws IOException {
        try {
            return Futures.join(future);
        } catch (LockTaken e) {
            throw e;
        } catch (RuntimeException e) {
            throw new IOException("Consul does not say or take how many instances there shall be: " + e.getMessage(),
                    e);
        }
    }

    /** Follows no more, so that nobody is woken while everybody is ended. */
    void stopFollowing() {
        isClosed = true;
    }

    /**
     * Takes back what it said, and the lock. What it said of candidates stays, for the supervisor that comes next: routes
     * stay too, and may name them.
     */
    @Override
    public void close() {
        isClosed = true;
        thread.shutdown();
        var held = lock;
        if (held != null) {
            try {
                for (var group : mine) {
                    if (group instanceof Group.Configured) {
                        forget(group.key());
                    }
                }
                await(held.release());
            } catch (IOException e) {
                events.accept(e.getMessage());
            }
        }
        replicas.close();
        locks.close();
    }
}
