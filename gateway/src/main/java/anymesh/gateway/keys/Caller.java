// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Whoever has the keys of one name: what it has under way here, and what is left of its limits. Thread-safe. */
public final class Caller {
    private static final String REQUESTS = "requests";
    private static final String WORK = "work";
    /** After which one of its requests may have ended. */
    private static final Duration SOON = Duration.ofSeconds(1);

    private final String name;
    private final boolean isAdmin;
    private final KeyMeters meters;
    private final LongSupplier nanoTime;
    private KeyLimits limits = KeyLimits.none();
    private @Nullable Allowance requests;
    private @Nullable Allowance work;
    private int atOnce;

    Caller(String name, boolean isAdmin, KeyMeters meters, LongSupplier nanoTime) {
        this.name = name;
        this.isAdmin = isAdmin;
        this.meters = meters;
        this.nanoTime = nanoTime;
    }

    /** Empty where the API has no keys. */
    public String name() {
        return name;
    }

    /** Whether it sees what others made. */
    public boolean isAdmin() {
        return isAdmin;
    }

    /** Whether it is one of many, as there are no keys. */
    public boolean isAnyone() {
        return name.isEmpty();
    }

    /** What it has taken counts on where a limit stays as it was. */
    synchronized Caller limited(KeyLimits to) {
        if (!Objects.equals(to.requestsPerMinute(), limits.requestsPerMinute())) {
            requests = allowance(to.requestsPerMinute());
        }
        if (!Objects.equals(to.workPerMinute(), limits.workPerMinute())) {
            work = allowance(to.workPerMinute());
        }
        limits = to;
        return this;
    }

    private @Nullable Allowance allowance(@Nullable Number perMinute) {
        return perMinute == null ? null : new Allowance(perMinute.doubleValue(), nanoTime);
    }

    /** Lets one of its requests in, or throws {@link RateLimited}. */
    public synchronized Visit enter() {
        Integer most = limits.requestsAtOnce();
        if (most != null && atOnce >= most) {
            throw refused("on requests at once: Limit %d.".formatted(most), SOON);
        }
        if (requests != null && requests.left() < 1) {
            throw refused("on requests per minute: Limit %d.".formatted(limits.requestsPerMinute()),
                    requests.until(1));
        }
        if (work != null && work.left() <= 0) {
            throw refused("on work per minute: Limit %d, over it by %d.".formatted(limits.workPerMinute(),
                    (long) -work.left()), work.until(1));
        }
        if (requests != null) {
            requests.take(1);
        }
        atOnce++;
        return new Visit();
    }

    private RateLimited refused(String limit, Duration retryAfter) {
        meters.refused(name);
        return new RateLimited("Rate limit reached for this API key " + limit, retryAfter);
    }

    /** It had so much work done, by {@link Work}. */
    public void spent(long units) {
        if (isAnyone()) {
            return;
        }
        meters.spent(name, units);
        Allowance budget;
        synchronized (this) {
            budget = work;
        }
        if (budget != null) {
            budget.take((double) units);
        }
    }

    /** What is left of what it has by the minute. */
    public synchronized List<Rate> rates() {
        var rates = new ArrayList<Rate>();
        if (requests != null && limits.requestsPerMinute() != null) {
            rates.add(rate(REQUESTS, limits.requestsPerMinute(), requests));
        }
        if (work != null && limits.workPerMinute() != null) {
            rates.add(rate(WORK, limits.workPerMinute(), work));
        }
        return rates;
    }

    private static Rate rate(String of, long limit, Allowance allowance) {
        return new Rate(of, limit, Math.max(0, (long) allowance.left()), allowance.until((double) limit));
    }

    /** A request under way. */
    public final class Visit implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();

        private Visit() {}

        @Override
        public void close() {
            if (isOver.compareAndSet(false, true)) {
                synchronized (Caller.this) {
                    atOnce--;
                }
            }
        }
    }
}
