// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.registry.Incarnation;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What to believe of one service. A Consul that comes back may have forgotten everybody until they register again, and
 * takes every restored check for failed until its first probe; so for a time of grace after an outage an instance that
 * served is still taken to serve. The same holds for a list that is suddenly empty. A Consul that has just started may also
 * tell an older list than before: what it says in that time of an earlier {@link Incarnation} than the one that is shown is
 * not believed. Everything else is believed at once.
 *
 * <p>Belongs to one thread at a time; time is given in milliseconds by the caller.
 */
final class LastGood {
    private final long graceMillis;
    private final Map<String, Long> missingSince = new HashMap<>();
    private boolean isToldThePast;
    private Map<String, StageInstance> shown = Map.of();
    private long doubtUntil = Long.MIN_VALUE;

    LastGood(Duration grace) {
        this.graceMillis = grace.toMillis();
    }

    /** Consul is back after an outage that began while we followed it. */
    void onReturn(long now) {
        doubtUntil = now + graceMillis;
    }

    /** Takes what Consul tells and gives what to show, by id. */
    List<StageInstance> accept(List<StageInstance> told, long now) {
        var next = new TreeMap<String, StageInstance>();
        isToldThePast = false;
        told.forEach(instance -> next.put(instance.id(), newest(instance, now)));
        for (var before : shown.values()) {
            var after = next.get(before.id());
            if (before.state() != StageState.SERVING || (after != null && after.state() != StageState.STOPPED)) {
                missingSince.remove(before.id());
            } else if (isDoubtful(before, after, told, now)) {
                next.put(before.id(), before);
            }
        }
        missingSince.keySet().retainAll(next.keySet());
        shown = next;
        return List.copyOf(next.values());
    }

    private StageInstance newest(StageInstance told, long now) {
        var current = shown.get(told.id());
        if (current == null || now >= doubtUntil || !Incarnation.isEarlier(told, current)) {
            return told;
        }
        isToldThePast = true;
        return current;
    }

    /** Whether something is shown against what Consul told, so that it has to be asked again soon. */
    boolean isHolding() {
        return isToldThePast || !missingSince.isEmpty();
    }

    List<StageInstance> shown() {
        return List.copyOf(shown.values());
    }

    private boolean isDoubtful(StageInstance before, @Nullable StageInstance after,
            List<StageInstance> told, long now) {
        long since = missingSince.computeIfAbsent(before.id(), _ -> now);
        boolean isSameProcess = after == null || after.grpcPort() == before.grpcPort();
        return isSameProcess && (now < doubtUntil || (told.isEmpty() && now - since < graceMillis));
    }
}
