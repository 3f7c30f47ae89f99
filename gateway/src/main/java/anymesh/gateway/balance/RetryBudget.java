// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import java.util.function.LongSupplier;

/**
 * How much may be done again: a share of what is done, so that trying again cannot multiply the load of a stage that
 * fails because of its load; and some a second besides, so that a quiet mesh can try again at all. Both are saved up for
 * ten seconds, as in Finagle's budget. Thread-safe.
 */
public final class RetryBudget {
    private static final int SAVED_SECONDS = 10;

    private final double share;
    private final double perSecond;
    private final LongSupplier nanoTime;
    private final double most;
    private double balance;
    private long last;

    public RetryBudget(double share, double perSecond, LongSupplier nanoTime) {
        this.share = share;
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        // A burst of retries is as large as the mesh is busy, which the deposits of those ten seconds say.
        this.most = SAVED_SECONDS * perSecond;
        this.balance = most;
        this.last = nanoTime.getAsLong();
    }

    /** Something is done for the first time. */
    public synchronized void deposit() {
        accrue();
        balance += share;
    }

    /** Whether something may be done again; if so, it is paid for. */
    public synchronized boolean withdraw() {
        accrue();
        if (balance < 1) {
            return false;
        }
        balance--;
        return true;
    }

    private void accrue() {
        long now = nanoTime.getAsLong();
        double seconds = (now - last) / 1e9;
        last = now;
        if (balance < most) {
            balance = Math.min(most, balance + perSecond * seconds);
        } else {
            balance = most + (balance - most) * Math.exp(-seconds / SAVED_SECONDS); // deposits are forgotten in time
        }
    }
}
