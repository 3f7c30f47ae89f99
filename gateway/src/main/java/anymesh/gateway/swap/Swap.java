// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.routing.Route;
import anymesh.gateway.routing.RouteTable;
import anymesh.gateway.routing.Share;
import anymesh.kit.registry.Incarnation;
import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One release taking the place of another for what is made of a modality, as far as it has come. Its next state follows from
 * it and from what is seen ({@link Course}), so that any gateway goes on with it.
 *
 * @param incumbent the releases that stand, such as {@code generator-image=toyworld@2.0.0}
 * @param candidate those on trial, which go together
 * @param step the index of the present step, from 0
 * @param since when its present state, or step, began
 * @param enough the measures by which the candidate was found good enough
 * @param routed whether the route says what this state asks for
 * @param cleared whether what it has left without work was ended, where that is the gateways' to do
 * @param events what happened, the first one first
 */
public record Swap(String id, Modality modality, Set<Release> incumbent, Set<Release> candidate, Supply supply,
        SwapOptions options, State state, int step, Instant since, Set<Measure> enough, boolean routed,
        boolean cleared, List<Event> events) {
    /** Until every gateway has heard of the last route, and what it planned before has begun. */
    public static final Duration UNTIL_ROUTED = Duration.ofSeconds(5);

    private static final int ALL = 100;

    /** Where it is. A swap ends in one of the last four, and never goes back. */
    public enum State {
        /** Whether the candidate fits. Nothing is routed yet. */
        CHECK,
        /** It makes its first outputs, from golden prompts. */
        WARM,
        /** It makes what the incumbent makes; nothing of it is sent. */
        SHADOW,
        /** It has its share of the requests. */
        STEP,
        /** It stands, and the incumbent gets nothing. */
        PROMOTED,
        /** The incumbent stands as before. */
        ROLLED_BACK,
        /** It was no candidate, so nothing was moved. */
        REFUSED,
        /** It was looked at and nothing was moved, as was asked for. */
        TRIED;

        public boolean isEnd() {
            return compareTo(PROMOTED) >= 0;
        }
    }

    /** What happened, in a sentence. */
    public record Event(Instant at, String text) {}

    public Swap {
        incumbent = Set.copyOf(incumbent);
        candidate = Set.copyOf(candidate);
        enough = Set.copyOf(enough);
        events = List.copyOf(events);
    }

    /** One that begins; {@code text} says who wants it and why. */
    public static Swap begin(Modality modality, Set<Release> incumbent, Set<Release> candidate, Supply supply,
            SwapOptions options, Instant now, String text) {
        return new Swap(Incarnation.begin(), modality, incumbent, candidate, supply, options, State.CHECK, 0, now,
                Set.of(), false, false, List.of(new Event(now, text)));
    }

    /** The same in another state from now on. */
    public Swap become(State next, int nextStep, Instant now, String text) {
        return new Swap(id, modality, incumbent, candidate, supply, options, next, nextStep, now, enough, false,
                false, withEvent(now, text));
    }

    Swap found(Measure measure, Instant now, String text) {
        var found = EnumSet.of(measure);
        found.addAll(enough);
        return new Swap(id, modality, incumbent, candidate, supply, options, state, step, since, found, routed,
                cleared, withEvent(now, text));
    }

    Swap asRouted() {
        return new Swap(id, modality, incumbent, candidate, supply, options, state, step, since, enough, true, cleared,
                events);
    }

    Swap asCleared() {
        return new Swap(id, modality, incumbent, candidate, supply, options, state, step, since, enough, routed, true,
                events);
    }

    private List<Event> withEvent(Instant now, String text) {
        var more = new ArrayList<>(events);
        more.add(new Event(now, text));
        return more;
    }

    /** Whether the requests are where they belong, so that another one may begin. */
    public boolean isOver() {
        return state.isEnd() && routed;
    }

    /** Whether nothing is left to do for a gateway either. */
    boolean isSettled() {
        return isOver() && (cleared || supply.wanted().isEmpty());
    }

    /**
     * What has no work any more once it is over: what the candidate took the place of, or what was started for it in vain.
     * What goes on with another release of its service stays.
     */
    public Set<Release> left() {
        var left = new HashSet<>(state == State.PROMOTED ? incumbent : supply.started());
        if (state == State.PROMOTED) {
            left.removeIf(release -> candidate.stream().noneMatch(other -> other.service().equals(release.service())));
        }
        return left;
    }

    public Duration age(Instant now) {
        return Duration.between(since, now);
    }

    /** The candidate's share of the requests now, in percent. */
    public int weight() {
        return switch (state) {
            case CHECK, WARM, SHADOW, ROLLED_BACK, REFUSED, TRIED -> 0;
            case STEP -> options.steps().get(step);
            case PROMOTED -> ALL;
        };
    }

    /** The name of its route. */
    public String routeName() {
        return RouteTable.output(modality);
    }

    /** The route that this state asks for; empty if it asks for none. */
    public Optional<Route> route(boolean sticky) {
        var old = new Share(incumbent, ALL - weight());
        return switch (state) {
            case CHECK, WARM, REFUSED -> Optional.empty();
            case SHADOW, STEP -> Optional.of(
                    new Route(List.of(old, new Share(candidate, weight(), id)), options.shadow(), sticky));
            case PROMOTED -> Optional.of(new Route(List.of(new Share(candidate, ALL)), 0, sticky));
            case ROLLED_BACK, TRIED -> Optional.of(new Route(List.of(old), 0, sticky));
        };
    }

    /** Tells this state and step of this swap from any other. */
    String place() {
        return id + "/" + state + "/" + step;
    }
}
