// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.wire.call.Registration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives work to instances. All that serve the pinned version are compared (a stage has tens of instances, not thousands,
 * so that sampling two of them would spare nothing and see less); the one with the least work outstanding for its weight
 * has it, and ties go by lot in proportion to weight, so that an idle mesh is shared by capacity as a busy one is.
 *
 * <p>The counts are this gateway's own: several gateways need not talk to each other, since each spreads its own work.
 */
public final class InstanceChooser implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(InstanceChooser.class);

    private final Ejection ejection;
    private final SlowStart slowStart;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Consumer<StageInstance> onEjection;
    private final Map<String, Member> members = new HashMap<>();
    private final Registration watch;
    private boolean watching;
    private long lives;

    /**
     * @param nanoTime as {@link System#nanoTime}
     * @param onEjection told of each ejection; must not block
     */
    public InstanceChooser(StageRegistry registry, Ejection ejection, SlowStart slowStart, LongSupplier nanoTime,
            RandomGenerator random, Consumer<StageInstance> onEjection) {
        this.ejection = ejection;
        this.slowStart = slowStart;
        this.nanoTime = nanoTime;
        this.random = random;
        this.onEjection = onEjection;
        this.watch = registry.watch(this::follow);
    }

    /** Those that are there when the gateway starts are warm; whoever begins to serve later is new. */
    private synchronized void follow(List<StageInstance> snapshot) {
        long now = nanoTime.getAsLong();
        members.keySet().retainAll(snapshot.stream().map(StageInstance::id).collect(Collectors.toSet()));
        for (var instance : snapshot) {
            var known = members.get(instance.id());
            if (known == null) {
                long since = watching ? now : now - slowStart.window().toNanos();
                members.put(instance.id(), new Member(instance, ejection, lives++, since));
            } else {
                if (begins(known.instance(), instance)) {
                    known.startedAt(now, lives++);
                }
                known.become(instance);
            }
        }
        watching = true;
    }

    private static boolean begins(StageInstance before, StageInstance now) {
        boolean serves = now.state() == StageState.SERVING && before.state() != StageState.SERVING;
        return serves || before.grpcPort() != now.grpcPort() || !before.host().equals(now.host())
                || !before.description().getIncarnation().equals(now.description().getIncarnation());
    }

    /**
     * Gives a hop's work to an instance.
     *
     * @param work rows, as in {@code StageDescription.capacity}
     * @param without the lives of instances that have had it already
     * @return null if nobody else serves this version
     */
    public synchronized @Nullable Assignment assign(Hop hop, int work, Set<Long> without) {
        long now = nanoTime.getAsLong();
        var serving = members.values().stream()
                .filter(member -> member.instance().state() == StageState.SERVING && hop.isServedBy(member.instance()))
                .toList();
        var well = serving.stream().filter(member -> !member.isEjected(now)).toList();
        boolean panic = well.size() < ejection.panicShare() * serving.size();
        var chosen = least(without(panic ? serving : well, without), now);
        if (chosen == null && !panic) {
            chosen = least(without(serving, without), now); // one that failed before is better than none
        }
        if (chosen == null) {
            return null;
        }
        chosen.took(work);
        return new Assignment(this, chosen, work);
    }

    private static List<Member> without(List<Member> members, Set<Long> lives) {
        return members.stream().filter(member -> !lives.contains(member.life())).toList();
    }

    private @Nullable Member least(Collection<Member> candidates, long now) {
        var tied = new ArrayList<Member>();
        double least = Double.POSITIVE_INFINITY;
        double weights = 0;
        for (var member : candidates) {
            double weight = member.weight(slowStart, now);
            double load = member.outstanding() / weight;
            if (load < least) {
                tied.clear();
                weights = 0;
                least = load;
            }
            if (load == least) {
                tied.add(member);
                weights += weight;
            }
        }
        double lot = tied.size() > 1 ? random.nextDouble() * weights : 0;
        for (var member : tied) {
            lot -= member.weight(slowStart, now);
            if (lot < 0) {
                return member;
            }
        }
        return tied.isEmpty() ? null : tied.getLast(); // rounding
    }

    void ended(Member member, int work, Outcome outcome) {
        boolean ejected;
        synchronized (this) {
            member.gaveBack(work);
            ejected = member.ended(outcome, nanoTime.getAsLong());
        }
        if (ejected) {
            log.warn("instance={} ejected", member.instance().id());
            onEjection.accept(member.instance());
        }
    }

    /** All instances that are registered, whatever their state. */
    public synchronized List<InstanceLoad> loads() {
        long now = nanoTime.getAsLong();
        return members.values().stream()
                .map(member -> new InstanceLoad(member.instance(), member.outstanding(), member.capacity(),
                        member.isEjected(now)))
                .toList();
    }

    @Override
    public void close() {
        watch.close();
    }
}
