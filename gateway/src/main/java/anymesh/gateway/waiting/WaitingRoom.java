// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.waiting;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Registration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for instances. What cannot be done because nobody serves is tried again whenever the registry changes, as long as
 * there is reason to expect somebody: instances of the service are wanted, one is starting, or one served not longer ago
 * than the patience. A service that is wanted zero times is woken. Else, and when patience or the request's deadline
 * ends, the error is the one that there would have been at once.
 *
 * <p>How many wait is bounded by how many requests the gateway lets in. A waiter is a timer and an entry in a set, both
 * gone when it has what it waited for, gives up, or its request is cancelled.
 */
public final class WaitingRoom implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(WaitingRoom.class);
    /** An instance that failed may be taken again after a while, of which no registry tells. */
    private static final long LOOK_EVERY_MILLIS = 1_000;

    private final Vertx vertx;
    private final WantedReplicas wanted;
    private final Duration patience;
    private final Presence presence = new Presence();
    private final Map<String, AtomicInteger> counts = new HashMap<>();
    private final Set<Waiter<?>> waiters = ConcurrentHashMap.newKeySet();
    private final List<Registration> watches = new ArrayList<>();
    private final long timer;

    /**
     * @param patience how long to wait at most; zero: never
     * @param services that may be waited for, and are counted
     */
    public WaitingRoom(Vertx vertx, WantedReplicas wanted, Duration patience, Set<String> services,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.wanted = wanted;
        this.patience = patience;
        for (var service : services) {
            var count = new AtomicInteger();
            counts.put(service, count);
            Gauge.builder("anymesh.gateway.waiting", count, AtomicInteger::get)
                    .description("steps of requests that wait for an instance").tag("stage", service)
                    .register(meters);
        }
        this.timer = vertx.setPeriodic(LOOK_EVERY_MILLIS, _ -> poke());
    }

    /**
     * Begins to follow the registry. After those by whose view of it the attempts are made: they must know of a change
     * before the waiters are told to try again.
     */
    public void open(StageRegistry registry) {
        watches.add(registry.watch(this::follow));
        watches.add(wanted.watch(this::poke));
    }

    private void follow(List<StageInstance> snapshot) {
        presence.accept(snapshot, System.nanoTime());
        poke();
    }

    private void poke() {
        waiters.forEach(waiter -> waiter.context.runOnContext(_ -> waiter.again()));
    }

    /**
     * What {@code attempt} gives, as soon as it does not throw {@link NoInstance}; anything else that it throws is the
     * failure. To be called on the request's Vert.x context, on which the attempts are made. If the request is cancelled
     * meanwhile, the failure is a {@link CancellationException}.
     */
    public <T> Future<T> when(CallContext call, Supplier<T> attempt) {
        try {
            return Future.succeededFuture(attempt.get());
        } catch (NoInstance missing) {
            return call.isDone() || !isExpected(missing.service())
                    ? Future.failedFuture(missing.reason())
                    : new Waiter<>(call, attempt, missing).begin();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private boolean isExpected(String service) {
        return patience.isPositive()
                && (wanted.of(service).isPresent() || presence.isNear(service, patience, System.nanoTime()));
    }

    /** One step that waits. */
    private final class Waiter<T> {
        private final Context context = vertx.getOrCreateContext();
        private final Promise<T> promise = Promise.promise();
        private final CallContext call;
        private final Supplier<T> attempt;
        private NoInstance missing;

        Waiter(CallContext call, Supplier<T> attempt, NoInstance missing) {
            this.call = call;
            this.attempt = attempt;
            this.missing = missing;
        }

        Future<T> begin() {
            long millis = Math.max(1, Math.min(patience.toMillis(), call.remaining().toMillis()));
            long deadline = vertx.setTimer(millis, _ -> promise.tryFail(missing.reason()));
            var cancellation = call.onCancel(
                    () -> context.runOnContext(_ -> promise.tryFail(new CancellationException())));
            waiters.add(this);
            count(1);
            log.info("requestId={} waits for an instance of {}", call.requestId(), missing.service());
            var waited = promise.future().onComplete(_ -> {
                vertx.cancelTimer(deadline);
                cancellation.close();
                waiters.remove(this);
                count(-1);
            });
            again(); // what it waits for may have come before it was in the set
            return waited;
        }

        void again() {
            if (promise.future().isComplete()) {
                return;
            }
            try {
                promise.complete(attempt.get());
            } catch (NoInstance still) {
                waitFor(still);
            } catch (RuntimeException e) {
                promise.fail(e);
            }
        }

        private void waitFor(NoInstance next) {
            boolean isAnother = !next.service().equals(missing.service());
            count(-1);
            missing = next;
            count(1);
            if (isAnother && !isExpected(next.service())) {
                promise.fail(next.reason());
            } else if (wanted(next).orElse(1) == 0) {
                wanted.wake(next.service()).onFailure(e -> log.warn("requestId={} service={} cannot be woken: {}",
                        call.requestId(), next.service(), String.valueOf(e.getMessage())));
            }
        }

        /** Who has a number of its own is not woken by that of its service, which is another release's. */
        private OptionalInt wanted(NoInstance next) {
            var own = next.key().map(wanted::of).orElse(OptionalInt.empty());
            return own.isPresent() ? own : wanted.of(next.service());
        }

        private void count(int more) {
            var count = counts.get(missing.service());
            if (count != null) {
                count.addAndGet(more);
            }
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
        watches.forEach(Registration::close);
    }
}
