// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.gateway.pipeline.GeneratorInput;
import anymesh.gateway.pipeline.GeneratorTap;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.store.MeshStore;
import anymesh.v1.Modality;
import anymesh.wire.call.Registration;
import anymesh.wire.error.MeshException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway's part in the recordings of its mesh: while one goes on, it writes what enters that generator into the recording's
 * folder. What comes faster than it can be written is not recorded, and counted; what can't be written ends the recording.
 * Thread-safe.
 */
public final class Recorder implements GeneratorTap, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Recorder.class);
    private static final int MOST_WAITING = 32;
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final long PATIENCE_SECONDS = 5;

    private final StoredRecordings stored;
    private final InstantSource clock;
    private final ExecutorService worker;
    private final Map<Modality, OpenRecording> open = new ConcurrentHashMap<>();
    /** The last one of each modality that has ended here, which a late word of the store must not begin again. */
    private final Map<Modality, String> over = new EnumMap<>(Modality.class); // guarded by this
    private final Registration watch;
    private Runnable stopLooking = () -> {};
    private volatile boolean isClosed;

    /** The store stays its caller's; the worker, of one thread, is taken over. */
    Recorder(MeshStore store, InstantSource clock, ExecutorService worker) {
        this.stored = new StoredRecordings(store);
        this.clock = clock;
        this.worker = worker;
        this.watch = stored.watch(this::follow);
    }

    /** Follows the recordings in a store, which stays its caller's. */
    public static Recorder open(Vertx vertx, MeshStore store) {
        var worker = new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("recorder").daemon().factory());
        worker.allowCoreThreadTimeOut(true); // nearly always there is nothing to record
        var recorder = new Recorder(store, InstantSource.system(), worker);
        long timer = vertx.setPeriodic(LOOK_EVERY_MILLIS, _ -> recorder.look());
        recorder.stopLooking = () -> vertx.cancelTimer(timer);
        return recorder;
    }

    private synchronized void follow(List<Recording> found) {
        for (var recording : found) {
            var here = open.get(recording.modality());
            if (here != null && (!here.recording().id().equals(recording.id()) || recording.isOver(clock.instant()))) {
                end(here, here.recording().id().equals(recording.id()) ? recording.end() : "another one begins");
            }
            if (!recording.isOver(clock.instant()) && !open.containsKey(recording.modality())
                    && !recording.id().equals(over.get(recording.modality()))) {
                open.put(recording.modality(), new OpenRecording(recording));
                log.info("recording={} {} records {} % of what enters {}, at most {} until {}, in {}: {}",
                        recording.id(), recording.who(), recording.share(),
                        ServiceKind.generator(recording.modality()).name(), recording.max(), recording.until(),
                        recording.folder(), recording.why());
            }
        }
    }

    /** Ends those whose time is over. */
    synchronized void look() {
        var now = clock.instant();
        open.values().stream().filter(here -> here.recording().isOver(now)).toList()
                .forEach(here -> end(here, here.recording().end()));
    }

    /** False if it has ended already. */
    private synchronized boolean end(OpenRecording here, String why) {
        var recording = here.recording();
        if (!open.remove(recording.modality(), here)) {
            return false;
        }
        over.put(recording.modality(), recording.id());
        log.info("recording={} of {}, which {} began ({}), ends here: {}; {}", recording.id(),
                Modalities.name(recording.modality()), recording.who(), recording.why(), why, here);
        return true;
    }

    @Override
    public void enters(GeneratorInput input) {
        var here = open.get(input.request().getModality());
        if (here == null || here.recording().isOver(clock.instant()) || !here.recording().takes(input.draw())) {
            return;
        }
        var condition = input.condition().retain();
        var recorded = new RecordedInput(here.recording().id(), input.requestId(), input.release(), clock.instant(),
                input.words(), input.request());
        try {
            worker.execute(() -> {
                try (condition) {
                    if (!isClosed && open.containsValue(here)) {
                        here.write(condition, recorded);
                        endForAll(here, here.full());
                    }
                } catch (MeshException e) {
                    log.warn("recording={} leaves out what request {} had: {}", recorded.recording(),
                            recorded.requestId(), e.toString());
                } catch (IOException | RuntimeException e) {
                    endForAll(here, "nothing can be written: " + e);
                }
            });
        } catch (RejectedExecutionException _) {
            condition.close();
            here.miss();
        }
    }

    private void endForAll(OpenRecording here, String why) {
        if (!why.isEmpty() && end(here, why)) {
            stored.end(here.recording(), why).onFailure(e -> log.warn("recording={} goes on elsewhere: {}",
                    here.recording().id(), e.toString()));
        }
    }

    /** Writes what waits to be written, for a moment at most. Blocks. */
    @Override
    public void close() {
        watch.close();
        stopLooking.run();
        worker.shutdown();
        try {
            if (worker.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        isClosed = true;
        worker.shutdownNow().forEach(Runnable::run); // which only gives back what they hold
    }
}
