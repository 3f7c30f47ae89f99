// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.waiting;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which services this gateway has seen serving, and when last. Thread-safe; time is {@link System#nanoTime}. */
final class Presence {
    private static final Set<StageState> STARTING = EnumSet.of(StageState.LOADING, StageState.WARMING);

    private final Map<String, Long> lastServed = new HashMap<>();
    private Set<String> serving = Set.of();
    private Set<String> starting = Set.of();

    synchronized void accept(List<StageInstance> snapshot, long now) {
        var next = services(snapshot, EnumSet.of(StageState.SERVING));
        var gone = new HashSet<>(serving);
        gone.removeAll(next);
        gone.forEach(service -> lastServed.put(service, now));
        serving = next;
        starting = services(snapshot, STARTING);
    }

    private static Set<String> services(List<StageInstance> snapshot, Set<StageState> states) {
        return snapshot.stream().filter(instance -> states.contains(instance.state())).map(StageInstance::service)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether it serves, as far as is known, or is about to, or did not longer ago than this. */
    synchronized boolean isNear(String service, Duration howLongAgo, long now) {
        Long last = lastServed.get(service);
        return serving.contains(service) || starting.contains(service)
                || (last != null && now - last <= howLongAgo.toNanos());
    }
}
