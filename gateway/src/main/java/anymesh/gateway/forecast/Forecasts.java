// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import anymesh.gateway.balance.InstanceLoad;
import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageState;
import anymesh.v1.StageTimings;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.Overloaded;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What requests have to wait for, by release. What a release is asked for is counted from the moment that a request is let in, so that
 * of many that come at once the last ones hear of it. What other gateways ask of it shows in how long things take. Thread-safe.
 */
public final class Forecasts {
    private static final double MICROS = TimeUnit.SECONDS.toMicros(1);

    private final Supplier<List<InstanceLoad>> instances;
    private final LongSupplier nanoTime;
    private final ConcurrentMap<Release, ReleaseLoad> loads = new ConcurrentHashMap<>();

    /** {@code instances}: those of the moment. */
    public Forecasts(Supplier<List<InstanceLoad>> instances, LongSupplier nanoTime) {
        this.instances = instances;
        this.nanoTime = nanoTime;
    }

    private ReleaseLoad load(Hop hop) {
        return loads.computeIfAbsent(hop.release(), _ -> new ReleaseLoad());
    }

    /** What a request of these tasks finds now at those releases of which something is known. */
    private Map<Hop, Found> find(List<Task> tasks) {
        var now = instances.get();
        var found = new LinkedHashMap<Hop, Found>();
        tasks.forEach(task -> load(task.hop()).find(task, crew(task.hop(), now))
                .ifPresent(one -> found.put(task.hop(), one)));
        return found;
    }

    private Forecast forecast(Map<Hop, Found> found) {
        return found.entrySet().stream().map(one -> load(one.getKey()).forecast(one.getValue()))
                .reduce(Forecast.NONE, Forecast::and);
    }

    private static Crew crew(Hop hop, List<InstanceLoad> instances) {
        var serving = instances.stream().filter(load -> load.instance().state() == StageState.SERVING
                && hop.isServedBy(load.instance())).toList();
        var well = serving.stream().filter(load -> !load.ejected()).toList();
        var working = well.isEmpty() ? serving : well; // where all are ejected, they are asked all the same
        return new Crew(working.size(), working.stream().mapToInt(InstanceLoad::capacity).max().orElse(1));
    }

    /**
     * Lets a request in, or throws {@link Overloaded} if others would keep it waiting longer than it may, or until its time is
     * over. Who would not be done in time all by itself is let in: a forecast of that is no better than trying it.
     */
    private Entered enter(List<Task> tasks, Patience patience) {
        var found = find(tasks);
        var forecast = forecast(found);
        patience.told().accept(forecast);
        if (forecast.waiting().compareTo(patience.maxWait()) > 0) {
            throw new Overloaded(
                    "The answer would have to wait for about %s s, longer than the %s s that are allowed here."
                            .formatted(seconds(forecast.waiting()), seconds(patience.maxWait())),
                    forecast.waiting().minus(patience.maxWait()));
        }
        if (forecast.total().compareTo(patience.time()) > 0 && forecast.waiting().isPositive()) {
            throw new Overloaded("The answer would take about %s s, and the request has %s s.".formatted(
                    seconds(forecast.total()), seconds(patience.time())), forecast.total().minus(patience.time()));
        }
        tasks.forEach(task -> load(task.hop()).begin(task));
        return new Entered(tasks, found);
    }

    /**
     * Does what these tasks, one after the other, are for, if it is let in; they count until it has ended. Fails with
     * {@link Overloaded} at once if it is not let in.
     *
     * @param isWhole whether these tasks are all that it takes, so that how long it takes says something of them
     */
    public <T> Future<T> within(List<Task> tasks, Patience patience, boolean isWhole,
            Function<Entered, Future<T>> doing) {
        Entered entered;
        try {
            entered = enter(tasks, patience);
        } catch (Overloaded e) {
            return Future.failedFuture(e);
        }
        return doing.apply(entered).onComplete(ended -> {
            // One that ran out of time has taken at least that; if only answers counted, a mesh that answers nobody would seem quick.
            if (isWhole && (ended.succeeded() || ended.cause() instanceof DeadlineExceeded)) {
                entered.took(ended.failed());
            }
            entered.close();
        });
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f", duration.toMillis() / 1000.0);
    }

    /** One of a task's was done in so many steps, as its instance says. */
    public void learn(Task task, int steps, StageTimings timings) {
        double rows = timings.getMeanBatch() > 0 ? timings.getMeanBatch() : timings.getBatchSize();
        load(task.hop()).learn(task, Math.max(1, steps), rows, timings.getInferenceMicros() / MICROS);
    }

    /** A request that was let in, until it has ended. */
    public final class Entered implements AutoCloseable {
        private final List<Task> tasks;
        private final List<Task> left;
        private final Map<Hop, Found> found;
        private final long since = nanoTime.getAsLong();

        private Entered(List<Task> tasks, Map<Hop, Found> found) {
            this.tasks = List.copyOf(tasks);
            this.left = new ArrayList<>(tasks);
            this.found = found;
        }

        /**
         * It has ended: the last of its releases, which had the most to do, was as fast as this. It is held against what it found
         * and the speeds of now, not those of then: what has become slower since shows in speeds already, and would count twice.
         */
        void took(boolean isLate) {
            if (found.size() == tasks.size()) {
                load(tasks.getLast().hop()).took(forecast(found), Duration.ofNanos(nanoTime.getAsLong() - since),
                        isLate);
            }
        }

        /** This step has done its part, while others go on. */
        public void ended(Hop hop) {
            end(task -> task.hop().equals(hop));
        }

        @Override
        public void close() {
            end(_ -> true);
        }

        private synchronized void end(Predicate<Task> which) {
            left.removeIf(task -> {
                boolean ends = which.test(task);
                if (ends) {
                    load(task.hop()).end(task);
                }
                return ends;
            });
        }
    }
}
