// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.store.Backoff;
import anymesh.wire.call.Registration;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows all objects of a kind: lists them, watches from there on, and lists again whenever the watch ends. It ends after
 * half a minute at the latest, so that one that is dead without a sign is found out; that it was cut off, or that its
 * version is too old for the API server by now (410), needs no telling apart. While there is no list, the last one holds.
 *
 * <p>One virtual thread does all of it but the listener, which is called on a Vert.x context.
 */
final class Follower<T extends HasMetadata> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Follower.class);
    private static final Duration WATCH = Duration.ofSeconds(30);
    // The API server ends the watch; one that hangs is noticed by its being late.
    private static final Duration LATE = Duration.ofSeconds(4);

    /** What is followed. */
    interface Objects<T extends HasMetadata> {
        KubernetesResourceList<T> list();

        Watch watch(ListOptions options, Watcher<T> watcher);

        static <T extends HasMetadata> Objects<T> of(
                FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?> objects) {
            return new Objects<>() {
                @Override
                public KubernetesResourceList<T> list() {
                    return objects.list();
                }

                @Override
                public Watch watch(ListOptions options, Watcher<T> watcher) {
                    return objects.watch(options, watcher);
                }
            };
        }
    }

    private sealed interface News<T> {
        record Put<T>(T object) implements News<T> {}

        record Gone<T>(T object) implements News<T> {}

        record Ended<T>(String why) implements News<T> {}
    }

    private final KubernetesAccess access;
    private final String what;
    private final Objects<T> objects;
    private final Consumer<List<T>> listener;
    private final Duration watch;
    private final Context context;
    private final TreeMap<String, T> known = new TreeMap<>();
    private final Promise<Void> first = Promise.promise();
    private int failures;
    private volatile boolean isClosed;
    private volatile Registration thread = () -> {};

    private Follower(KubernetesAccess access, String what, Objects<T> objects, Consumer<List<T>> listener,
            Duration watch) {
        this.access = access;
        this.what = what;
        this.objects = objects;
        this.listener = listener;
        this.watch = watch;
        this.context = access.vertx().getOrCreateContext();
    }

    /** Begins; the listener is told all objects in the order of their names, now and after changes. */
    static <T extends HasMetadata> Follower<T> start(KubernetesAccess access, String what, Objects<T> objects,
            Consumer<List<T>> listener) {
        return start(access, what, objects, listener, WATCH);
    }

    /** The same, by watches that end after so long. */
    static <T extends HasMetadata> Follower<T> start(KubernetesAccess access, String what, Objects<T> objects,
            Consumer<List<T>> listener, Duration watch) {
        var follower = new Follower<>(access, what, objects, listener, watch);
        follower.thread = access.run(follower::follow);
        return follower;
    }

    /** Completes when the listener has been told for the first time. */
    Future<Void> first() {
        return first.future();
    }

    private void follow() {
        while (!isClosed) {
            try {
                var list = objects.list();
                known.clear();
                list.getItems().forEach(object -> known.put(name(object), object));
                back();
                tell();
                watch(list.getMetadata().getResourceVersion());
            } catch (InterruptedException _) {
                return; // closed
            } catch (RuntimeException e) {
                if (!lose(e)) {
                    return;
                }
            }
        }
    }

    /** Returns when the watch has ended. */
    private void watch(String version) throws InterruptedException {
        var news = new LinkedBlockingQueue<News<T>>();
        var options = new ListOptionsBuilder().withResourceVersion(version).withTimeoutSeconds(watch.toSeconds())
                .build();
        long deadline = System.nanoTime() + watch.plus(LATE).toNanos();
        try (var _ = objects.watch(options, into(news))) {
            while (true) {
                var next = news.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    log.warn("{}: the API server is silent, and is asked anew", what);
                    return;
                }
                var burst = new ArrayList<>(List.of(next));
                news.drainTo(burst);
                if (!take(burst)) {
                    return;
                }
            }
        }
    }

    private Watcher<T> into(BlockingQueue<News<T>> news) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T object) {
                switch (action) {
                    case ADDED, MODIFIED -> news.add(new News.Put<>(object));
                    case DELETED -> news.add(new News.Gone<>(object));
                    case ERROR, BOOKMARK -> {
                        // the client ends the watch at an error, and keeps bookmarks to itself
                    }
                }
            }

            @Override
            public void onClose() {
                news.add(new News.Ended<>("closed"));
            }

            @Override
            public void onClose(WatcherException cause) {
                news.add(new News.Ended<>(String.valueOf(cause.getMessage())));
            }
        };
    }

    /** Whether the watch goes on. */
    private boolean take(List<News<T>> burst) {
        boolean goesOn = true;
        for (var news : burst) {
            switch (news) {
                case News.Put<T>(var object) -> known.put(name(object), object);
                case News.Gone<T>(var object) -> known.remove(name(object));
                case News.Ended<T>(var why) -> {
                    log.debug("{}: the watch ended: {}", what, why);
                    goesOn = false;
                }
            }
        }
        if (burst.size() > 1 || goesOn) {
            tell();
        }
        return goesOn;
    }

    private void tell() {
        var now = List.copyOf(known.values());
        context.runOnContext(_ -> {
            if (!isClosed) {
                listener.accept(now);
                first.tryComplete();
            }
        });
    }

    private void back() {
        if (failures > 0) {
            log.info("{}: the API server is back", what);
        }
        failures = 0;
    }

    /** Waits for a while; false if there is nothing to wait for. */
    private boolean lose(RuntimeException e) {
        if (isClosed) {
            return false;
        }
        if (failures++ == 0) {
            switch (access.explain(e)) {
                case KubernetesRefusedException refused -> log.error("{}: {}", what, refused.getMessage());
                case Throwable other ->
                    log.warn("{}: the API server cannot be asked, what it said last holds: {}", what,
                            String.valueOf(other.getMessage()).strip());
            }
        }
        try {
            Thread.sleep(Backoff.millis(failures));
            return true;
        } catch (InterruptedException _) {
            return false;
        }
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    /** The listener is told nothing any more. */
    @Override
    public void close() {
        isClosed = true;
        thread.close();
    }
}
