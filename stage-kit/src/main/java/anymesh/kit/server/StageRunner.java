// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import anymesh.kit.registry.Incarnation;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.trace.Exemplars;
import anymesh.kit.trace.ServerSpans;
import anymesh.kit.trace.Tracing;
import anymesh.v1.StageDescription;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.WireTransport;
import io.grpc.ServerBuilder;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running stage: takes it through the states of {@link StageState}, tells the registry and the health checks at each,
 * and owns its servers, its memory and its metrics.
 *
 * <p>It goes in one way: first it says that it will, and still serves all that comes, since callers hear of it late; then
 * it refuses new calls and finishes those that it has; then it ends. One {@link Budget} bounds all of it.
 *
 * <p>Threads: all but the getters block. {@link #drain} and {@link #close} may be called while another thread is still in
 * {@link #serve}, and then wait for it.
 */
public final class StageRunner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(StageRunner.class);

    private final StageConfig config;
    private final StageRegistry registry;
    private final MeshTls tls;
    private final WireMemory memory;
    private final boolean isWithin;
    private final PrometheusMeterRegistry meters = Exemplars.meters();
    private final AdminServer admin;
    private final Tracing tracing;
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile StageInstance instance;
    private volatile boolean ending;
    private @Nullable Stage stage;
    private @Nullable GrpcEndpoint grpc;

    private StageRunner(String service, StageConfig config, Vertx vertx, StageRegistry registry,
            @Nullable WireMemory shared) {
        this.config = config;
        this.registry = registry;
        this.isWithin = shared != null;
        this.tls = MeshTls.open(config.tls());
        this.memory = shared == null ? new WireMemory(service, config.memoryBytes()) : shared;
        Gauge.builder("anymesh.embedding.bytes", memory, WireMemory::allocatedBytes).register(meters);
        new JvmMemoryMetrics().bindTo(meters);
        var id = config.instanceId().isEmpty()
                ? service + "-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()).substring(2)
                : config.instanceId();
        this.instance = new StageInstance(id, service, config.host(), 0, 0, ProcessHandle.current().pid(),
                StageState.LOADING, StageDescription.newBuilder().setIncarnation(Incarnation.begin())
                        .setCandidate(config.candidate()).build());
        this.tracing = Tracing.start(service, id);
        this.admin = AdminServer.start(vertx, config.host(), config.httpPort(), this::instance, meters);
        publish(new StageInstance(id, service, config.host(), 0, admin.port(), instance.pid(), StageState.LOADING,
                instance.description()));
    }

    /** {@link #open} and {@link #serve} in one, for those that wait until it serves before they may end it. */
    public static StageRunner start(String service, StageConfig config, Vertx vertx, StageRegistry registry,
            StageFactory factory) {
        var runner = open(service, config, vertx, registry);
        runner.serve(factory);
        return runner;
    }

    /** A stage that has loaded nothing yet, and says so. */
    public static StageRunner open(String service, StageConfig config, Vertx vertx, StageRegistry registry) {
        return new StageRunner(service, config, vertx, registry, null);
    }

    /** As {@link #open}, a stage for callers in this process only, without a gRPC port: they and it hand each other what lies in this memory. */
    public static StageRunner openWithin(String service, StageConfig config, Vertx vertx, StageRegistry registry,
            WireMemory memory) {
        return new StageRunner(service, config, vertx, registry, memory);
    }

    /**
     * Loads, warms and serves; returns once the stage serves. If it cannot, it is published as failed, closed, and the
     * reason is thrown; {@link CancellationException} if it was told to end meanwhile. To be called once.
     */
    public void serve(StageFactory factory) {
        try {
            load(factory);
        } catch (CancellationException e) {
            throw e; // whoever told it to end closes it
        } catch (Exception e) {
            if (ending) {
                log.info("instance={} was told to end, and did not load: {}", instance.id(), String.valueOf(e));
                throw toldToEnd();
            }
            become(StageState.FAILED);
            release(Budget.of(config.drainTimeout()));
            throw e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e.getMessage(), e);
        } finally {
            settled.countDown();
        }
    }

    public StageInstance instance() {
        return instance;
    }

    public StageState state() {
        return instance.state();
    }

    /** Goes, within the configured time. */
    public void drain() {
        drain(Budget.of(config.drainTimeout()));
    }

    /** Goes, within this time: announces it, finishes what was begun, and closes. */
    public void drain(Budget budget) {
        awaitSettled(budget);
        var endpoint = grpc;
        if (state() == StageState.SERVING && endpoint != null) {
            endpoint.setServing(false);
            become(StageState.DRAINING);
            budget.pause(config.lameDuck());
            if (!endpoint.drain(budget.forWork())) {
                log.warn("instance={} cuts off {} calls that did not end in time", instance.id(), endpoint.underWay());
            }
        }
        close(budget);
    }

    /** Goes at once: what is under way is cut off. */
    @Override
    public void close() {
        close(Budget.of(config.drainTimeout()));
    }

    private void close(Budget budget) {
        awaitSettled(budget);
        if (state() == StageState.STOPPED || state() == StageState.FAILED) {
            return;
        }
        become(StageState.STOPPED);
        registry.remove(instance.id());
        release(budget);
    }

    /**
     * ONNX Runtime takes the JVM down if what it uses is freed while it makes a session. So a load that is under way is
     * waited for; what would come after it is not begun.
     */
    private void awaitSettled(Budget budget) {
        ending = true;
        if (!budget.await(settled)) {
            log.warn("instance={} still loads and is closed all the same", instance.id());
        }
    }

    private void goOnUnlessEnding() {
        if (ending) {
            throw toldToEnd();
        }
    }

    private CancellationException toldToEnd() {
        return new CancellationException(instance.id() + " was told to end while it was loading");
    }

    private void load(StageFactory factory) throws Exception {
        goOnUnlessEnding();
        long start = System.nanoTime();
        var loaded = factory.load(new StageResources(memory, new StageMethods(memory), meters,
                tracing.tracer()));
        stage = loaded;
        goOnUnlessEnding();
        become(StageState.WARMING);
        loaded.warm();
        goOnUnlessEnding();
        var description = loaded.describe().toBuilder().setService(instance.service()).setInstanceId(instance.id())
                .setCapacity(config.batch().maxBatch())
                .setIncarnation(instance.description().getIncarnation()).setCandidate(config.candidate())
                .build();
        var endpoint = GrpcEndpoint.start(listening(description), loaded.methods(), description,
                new CallMeters(meters), new ServerSpans(tracing.tracer()));
        grpc = endpoint;
        endpoint.setServing(true);
        publish(new StageInstance(instance.id(), instance.service(), config.host(), endpoint.port(), admin.port(),
                instance.pid(), StageState.SERVING, description));
        log.info("instance={} bundle={} version={} grpc={} http={} millis={}", instance.id(), description.getBundle(),
                description.getVersion(), endpoint.port(), admin.port(), (System.nanoTime() - start) / 1_000_000);
    }

    private ServerBuilder<?> listening(StageDescription description) {
        return isWithin
                ? WireTransport.serverWithin(description.getIncarnation())
                : WireTransport.server(new InetSocketAddress(config.host(), config.grpcPort()), tls.server());
    }

    private void become(StageState next) {
        if (!state().canBecome(next)) {
            throw new IllegalStateException("%s is %s and cannot become %s".formatted(instance.id(), state(), next));
        }
        publish(instance.with(next));
    }

    private void publish(StageInstance next) {
        log.info("instance={} state={}", next.id(), next.state());
        instance = next;
        registry.put(next);
    }

    private void release(Budget budget) {
        // In this order: calls that are left hear from the stage why they fail, and its models outlive them.
        boolean atRest = stage == null || stage.stop(budget);
        if (grpc != null) {
            grpc.close(budget);
        }
        if (!atRest) {
            log.warn("instance={} is in a step that does not end; what that uses is freed with the process",
                    instance.id());
        } else if (stage != null) {
            stage.close();
        }
        tls.close();
        admin.close();
        tracing.close();
        meters.close();
        if (atRest && !isWithin) {
            memory.close();
        }
    }
}
