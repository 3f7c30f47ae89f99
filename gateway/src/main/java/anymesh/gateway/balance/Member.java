// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import anymesh.kit.registry.StageInstance;
import java.time.Duration;

/** What this gateway knows of one instance by its own calls. Guarded by the chooser. */
final class Member {
    private final Ejection ejection;
    private StageInstance instance;
    private long life;
    private int outstanding;
    private int failuresInARow;
    private int ejections;
    private long ejectedUntil;
    private Duration period = Duration.ZERO;
    private boolean ejected;
    private long servingSince;

    Member(StageInstance instance, Ejection ejection, long life, long servingSince) {
        this.instance = instance;
        this.life = life;
        this.ejection = ejection;
        this.servingSince = servingSince;
    }

    StageInstance instance() {
        return instance;
    }

    /** The same instance as the registry sees it now. */
    void become(StageInstance next) {
        instance = next;
    }

    /** It serves anew: what was known of it no longer counts. */
    void startedAt(long now, long nextLife) {
        life = nextLife;
        failuresInARow = 0;
        ejections = 0;
        ejected = false;
        servingSince = now;
    }

    /** Another number each time that it serves anew. */
    long life() {
        return life;
    }

    int outstanding() {
        return outstanding;
    }

    /** Rows that it works on at once; one if it does not say. */
    int capacity() {
        return Math.max(1, instance.description().getCapacity());
    }

    /** Its capacity, less while it is new. */
    double weight(SlowStart slowStart, long now) {
        return capacity() * slowStart.share(now - servingSince);
    }

    void took(int work) {
        outstanding += work;
    }

    void gaveBack(int work) {
        outstanding -= work;
    }

    boolean isEjected(long now) {
        if (ejected && now - ejectedUntil >= 0) {
            ejected = false;
            failuresInARow = ejection.failures() - 1; // on probation: the next failure is one too many
            servingSince = ejectedUntil;
        }
        return ejected;
    }

    /** Takes note of an end; true if the instance is ejected for it. */
    boolean ended(Outcome outcome, long now) {
        boolean out = isEjected(now);
        switch (outcome) {
            case ANSWERED -> {
                failuresInARow = 0;
                if (!out && now - ejectedUntil > period.toNanos()) {
                    ejections = 0; // it has been well for as long as it was out
                }
                return false;
            }
            case FAILED -> failuresInARow++;
            case LOST -> failuresInARow = Math.max(failuresInARow + 1, ejection.failures());
            case UNKNOWN -> {
                return false;
            }
        }
        if (out || failuresInARow < ejection.failures()) {
            return false;
        }
        ejected = true;
        ejections++;
        period = ejection.period(ejections);
        ejectedUntil = now + period.toNanos();
        return true;
    }
}
