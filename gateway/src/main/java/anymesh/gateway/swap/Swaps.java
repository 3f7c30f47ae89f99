// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.pipeline.Trials;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.registry.Incarnation;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.kit.store.LockTaken;
import anymesh.kit.store.MeshLocks;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import anymesh.wire.call.Registration;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's part in the swaps of its mesh: it says what it sees of each, and takes one to its end if it gets the lock. When
 * the gateway that has it dies, another one of those that wait for it goes on.
 */
public final class Swaps implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Swaps.class);
    private static final long PUBLISH_EVERY_MILLIS = 1_000;
    private static final long TRY_AGAIN_MILLIS = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Vertx vertx;
    private final Context context;
    private final StoredSwaps stored;
    private final MeshLocks locks;
    private final WantedReplicas wanted;
    private final TrialLog trials;
    private final SwapMeters meters;
    private final String gateway = Incarnation.begin();
    private final Map<Modality, Swap> swaps = new HashMap<>();
    private final Map<Modality, SwapController> controllers = new HashMap<>();
    private final Set<Modality> waiting = new HashSet<>();
    private final Map<Modality, Evidence> published = new HashMap<>();
    private @Nullable StageRouter router;
    private @Nullable Golden golden;
    private Registration watch = () -> {};
    private long timer;
    private boolean isClosed;

    /** The store, the locks and who says how many instances there shall be stay their caller's. */
    public Swaps(Vertx vertx, MeshStore store, MeshLocks locks, WantedReplicas wanted, Quality quality,
            MeterRegistry meters) {
        this.meters = new SwapMeters(meters);
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.stored = new StoredSwaps(store);
        this.locks = locks;
        this.wanted = wanted;
        this.trials = new TrialLog(quality);
    }

    /** What the pipeline tells of its outputs. */
    public Trials trials() {
        return trials;
    }

    /** Begins to follow the swaps. */
    public void open(StageRouter stageRouter, GenerationPipeline pipeline) {
        router = stageRouter;
        golden = new Golden(pipeline, stageRouter, trials);
        watch = stored.watch(found -> {
            trials.follow(found);
            context.runOnContext(_ -> follow(found));
        });
        timer = vertx.setPeriodic(PUBLISH_EVERY_MILLIS, _ -> context.runOnContext(_ -> publish()));
    }

    /** Brings the meters up to date. */
    public void measure() {
        meters.measure(trials);
    }

    private void follow(List<Swap> found) {
        for (var swap : found) {
            swaps.put(swap.modality(), swap);
            control(swap.modality());
        }
    }

    private void control(Modality modality) {
        var swap = swaps.get(modality);
        if (isClosed || swap == null || swap.isSettled() || controllers.containsKey(modality)
                || !waiting.add(modality)) {
            return;
        }
        var name = "swap-" + Modalities.name(modality);
        locks.acquire(name, gateway, PATIENCE, () -> context.runOnContext(_ -> lose(modality)))
                .onComplete(taken -> context.runOnContext(_ -> {
                    waiting.remove(modality);
                    if (taken.succeeded()) {
                        take(modality, taken.result());
                        return;
                    }
                    if (!(taken.cause() instanceof LockTaken)) {
                        log.warn("the lock {} can't be asked for: {}", name, taken.cause().toString());
                    }
                    vertx.setTimer(TRY_AGAIN_MILLIS, _ -> context.runOnContext(_ -> control(modality)));
                }));
    }

    private void take(Modality modality, MeshLocks.MeshLock lock) {
        var swap = swaps.get(modality);
        if (isClosed || swap == null || swap.isSettled() || router == null || golden == null) {
            lock.release();
            return;
        }
        controllers.put(modality, new SwapController(vertx, stored, router, golden, wanted, swap,
                lock,
                () -> controllers.remove(modality)));
    }

    private void lose(Modality modality) {
        var controller = controllers.remove(modality);
        if (controller != null) {
            controller.close();
            control(modality);
        }
    }

    private void publish() {
        trials.read((swap, evidence) -> {
            if (!evidence.equals(published.put(swap.modality(), evidence))) {
                stored.publish(swap.modality(), gateway, swap.place(), evidence)
                        .onFailure(e -> {
                            published.remove(swap.modality());
                            log.warn("swap={} what was seen here is not stored: {}", swap.id(), e.toString());
                        });
            }
        });
    }

    @Override
    public void close() {
        isClosed = true;
        watch.close();
        vertx.cancelTimer(timer);
        context.runOnContext(_ -> controllers.values().forEach(SwapController::close));
    }
}
