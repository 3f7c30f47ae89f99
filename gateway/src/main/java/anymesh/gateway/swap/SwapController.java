// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.routing.Fit;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.swap.Situation.Warmth;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Release;
import anymesh.kit.registry.StageState;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.kit.store.MeshLocks.MeshLock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one swap to its end. It belongs to the gateway that has the swap's lock, and remembers nothing that another one would
 * miss: where the swap is, and what was seen, stand in the store. Used on one Vert.x context only.
 */
final class SwapController {
    private static final Logger log = LoggerFactory.getLogger(SwapController.class);
    private static final long LOOK_EVERY_MILLIS = 500;
    private static final long LEAST_PAUSE_MILLIS = 20;
    private static final int FIRST_OUTPUTS = 3;
    private static final int ALL = 100;

    private final Vertx vertx;
    private final StoredSwaps swaps;
    private final StageRouter router;
    private final Golden golden;
    private final WantedReplicas wanted;
    private final MeshLock lock;
    private final Runnable onEnd;
    private final InstantSource clock = InstantSource.system();
    private Swap swap;
    private Warmth warm = Warmth.TO_COME;
    private Instant lastLook = clock.instant();
    private Duration away = Duration.ZERO;
    private long asked;
    private boolean isAsking;
    private boolean needsMore;
    private boolean callersAsk;
    private boolean isClosed;

    /** Goes on with this swap from now on, and gives back the lock when it is over. */
    SwapController(Vertx vertx, StoredSwaps swaps, StageRouter router, Golden golden, WantedReplicas wanted,
            Swap swap, MeshLock lock, Runnable onEnd) {
        this.vertx = vertx;
        this.swaps = swaps;
        this.router = router;
        this.golden = golden;
        this.wanted = wanted;
        this.swap = swap;
        this.lock = lock;
        this.onEnd = onEnd;
        log.info("swap={} {} to {} is controlled here, at {}", swap.id(), swap.incumbent(), swap.candidate(),
                swap.state());
        look();
    }

    private void look() {
        if (isClosed) {
            return;
        }
        step().onFailure(e -> log.warn("swap={} is looked after again: {}", swap.id(), e.toString()))
                .onComplete(_ -> {
                    if (swap.isSettled()) {
                        end();
                    } else {
                        vertx.setTimer(LOOK_EVERY_MILLIS, _ -> look());
                    }
                });
    }

    private Future<Void> step() {
        return swaps.get(swap.modality()).compose(found -> {
            if (found.isEmpty() || !found.get().id().equals(swap.id())) {
                isClosed = true; // somebody took it out
                onEnd.run();
                return Future.succeededFuture();
            }
            become(found.get());
            if (swap.isOver()) {
                return swap.isSettled() || swap.age(clock.instant()).compareTo(Swap.UNTIL_ROUTED) < 0
                        ? Future.succeededFuture()
                        : clear(swap);
            }
            if (!swap.routed()) {
                var here = swap;
                return swaps.route(here).compose(_ -> change(here, here.asRouted()));
            }
            return swaps.evidence(swap).compose(evidence -> {
                needsMore = Course.needsMore(swap, evidence);
                callersAsk = evidence.of(Measure.REAL_QUALITY).all() > 0
                        || swap.age(clock.instant()).compareTo(swap.options().hold()) < 0; // nobody knows yet
                ask();
                var here = swap;
                return change(here, Course.next(here, situation(evidence), clock.instant()));
            });
        });
    }

    /**
     * Ends what it has left without work. That this was done is written first: who goes back meanwhile reads it, and starts
     * again what ends here.
     */
    private Future<Void> clear(Swap over) {
        var cleared = over.asCleared();
        return change(over, cleared).compose(_ -> swap.equals(cleared)
                ? Future.all(over.supply().wanted().entrySet().stream()
                        .filter(entry -> over.left().contains(entry.getKey()))
                        .map(entry -> endAll(entry.getKey(), entry.getValue().service())).toList()).mapEmpty()
                : Future.succeededFuture());
    }

    private Future<Void> endAll(Release release, String service) {
        return wanted.set(service, 0)
                .onSuccess(_ -> log.info("swap={} {} has no work any more and is told to go", swap.id(), release))
                .onFailure(e -> log.error("swap={} {} has no work any more, but cannot be told to go: {}", swap.id(),
                        release, e.toString()));
    }

    private Future<Void> change(Swap from, Swap next) {
        if (next.equals(from)) {
            return Future.succeededFuture();
        }
        return swaps.change(from, now -> now.place().equals(from.place()) ? next : now)
                .onSuccess(changed -> changed.ifPresent(this::become)).mapEmpty();
    }

    private void become(Swap next) {
        next.events().stream().skip(swap.events().size())
                .forEach(event -> log.info("swap={} {} {}", next.id(), next.state(), event.text()));
        away = next.place().equals(swap.place()) ? away : Duration.ZERO;
        swap = next;
    }

    private Situation situation(Evidence evidence) {
        var snapshot = router.snapshot();
        var now = clock.instant();
        boolean serves = swap.candidate().stream().allMatch(release -> snapshot.stream().anyMatch(
                instance -> instance.state() == StageState.SERVING && instance.release().equals(release)));
        away = serves ? away : away.plus(Duration.between(lastLook, now));
        lastLook = now;
        return new Situation(Fit.misfit(swap.modality(), swap.candidate(), snapshot), serves, away, warm, evidence);
    }

    /** One golden prompt at a time, as long as something is not known well enough. */
    private void ask() {
        var prompts = swap.options().golden();
        boolean isWarming = swap.state() == Swap.State.WARM;
        if (isClosed || isAsking || warmed(isWarming) || prompts.isEmpty() || (!isWarming && !needsMore)) {
            return;
        }
        isAsking = true;
        long began = System.nanoTime();
        var prompt = prompts.get((int) (asked % prompts.size()));
        long seed = asked++;
        (isWarming ? golden.warm(swap, prompt, seed) : golden.compare(swap, prompt, seed)).onComplete(made -> {
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
            if (made.failed()) {
                log.info("swap={} golden prompt '{}' failed: {}", swap.id(), prompt, made.cause().toString());
            }
            if (isWarming) {
                warm = made.failed()
                        ? new Warmth(false, "it cannot make '%s': %s".formatted(prompt, made.cause().getMessage()))
                        : asked >= Math.min(FIRST_OUTPUTS, prompts.size()) ? Warmth.DONE : Warmth.TO_COME;
            }
            int share = isWarming ? ALL : swap.options().goldenShare(callersAsk);
            vertx.setTimer(Math.max(LEAST_PAUSE_MILLIS, took * (ALL - share) / share), _ -> {
                isAsking = false; // until then nobody asks, whatever looks there are
                ask();
            });
        });
    }

    private boolean warmed(boolean isWarming) {
        if (isWarming && swap.options().golden().isEmpty()) {
            warm = Warmth.DONE; // it warmed itself when it was loaded
        }
        return isWarming && (warm.isDone() || !warm.failure().isEmpty());
    }

    private void end() {
        isClosed = true;
        log.info("swap={} of {} is over: {}", swap.id(), Modalities.name(swap.modality()), swap.state());
        lock.release();
        onEnd.run();
    }

    /** Another gateway may have the lock now, or is to have it. */
    void close() {
        isClosed = true;
        lock.release();
    }
}
