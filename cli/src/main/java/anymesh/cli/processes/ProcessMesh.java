// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.ending.Budget;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.FreePorts;
import anymesh.kit.store.MeshStore;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A mesh of processes on this machine: Consul, the gateway and the stages, each kept running. An instance is called
 * {@code SERVICE-NUMBER} and keeps its name when it is started again. How many there are of a service is what is wanted in
 * the store that the mesh shares, whoever wants it. The methods block.
 */
public final class ProcessMesh implements RunningMesh, AutoCloseable {
    /** What a process may be late by before it is killed, and what the stages and Consul have after the last gateway. */
    private static final Duration LATE = Duration.ofSeconds(3);
    private static final Duration AFTER_GATEWAYS = Duration.ofSeconds(10);
    private static final int TRIES = 3;
    private static final long LOOK_EVERY_MILLIS = 100;

    private final Supervisor supervisor;
    private final ProcessSpecs specs;
    private final @Nullable ConsulServer consul;
    private final StageRegistry registry;
    private final MeshStore store;
    private final Desks desks;
    private final SwapAftermath aftermath;
    private final OwnedReplicas replicas;
    private final Readiness readiness;
    private final @Nullable ConsulWatch watch;
    private final ConfiguredBundles configured;
    private final Members members;
    private final Consumer<String> events;
    private final Duration patience;
    private volatile boolean isClosing;

    private ProcessMesh(Supervisor supervisor, ProcessSpecs specs, Members members, @Nullable ConsulServer consul,
            @Nullable ConsulWatch watch, Readiness readiness, StageRegistry registry, MeshStore store,
            OwnedReplicas replicas, ProcessOptions options, Consumer<String> events) {
        this.configured = new ConfiguredBundles(options.home(), options.settings());
        this.patience = options.drainTimeout().plus(LATE);
        this.watch = watch;
        this.readiness = readiness;
        this.events = events;
        this.replicas = replicas;
        this.supervisor = supervisor;
        this.specs = specs;
        this.members = members;
        this.consul = consul;
        this.registry = registry;
        this.store = store;
        this.desks = Desks.of(this, store, registry::snapshot);
        this.aftermath = SwapAftermath.follow(this, store, options.requestTimeout(), events);
        supervisor.onEnd(this::tellEnd);
    }

    /**
     * Starts Consul, if the mesh is to have its own, and opens the registry. With a Consul of its own its processes start too:
     * they load while it elects itself. Throws {@link IOException} if there is none to
     * start or another supervisor runs the mesh there, and what {@link RegistryConfig#forGateway} does.
     *
     * @param events is told in a line of what happens by itself
     */
    public static ProcessMesh open(Vertx vertx, ProcessOptions options, Supervisor supervisor, Consumer<String> events)
            throws IOException, InterruptedException {
        var readiness = new Readiness();
        ConsulServer consul = null;
        ConsulWatch watch = null;
        var config = options.registry();
        var logs = options.folder().resolve("logs");
        if (config.kind() == RegistryConfig.Kind.STATIC) {
            consul = ConsulServer.in(options.home(), options.folder().resolve("consul"), options.tls());
            consul.endLeftover();
            supervisor.start(consul.spec(logs.resolve(ConsulServer.ID + ".log"))).join();
            config = config.withConsul(config.consul().at(consul.address()));
        }
        var specs = new ProcessSpecs(options.home(), logs, options.settings(), config.consul().address());
        var members = new Members(supervisor, specs);
        if (consul != null) {
            members.startConfigured(options);
            watch = ConsulWatch.start(supervisor, consul, readiness, events);
            watch.awaitStarted();
        }
        var replicas = OwnedReplicas.open(vertx, config, events);
        return new ProcessMesh(supervisor, specs, members, consul, watch, readiness,
                config.forGateway(vertx, ServiceKind.NAMES,
                        () -> StageInquiries.open(vertx, options.tls())),
                config.store(vertx, Desks.folders()), replicas, options, events);
    }

    /**
     * Starts every instance and waits until all of them serve, and then candidates that ran when the mesh ended. Throws
     * {@link IOException} with the reason if a process keeps ending before it serves, unless it is a candidate's.
     */
    public void startAll(ProcessOptions options) throws IOException, InterruptedException {
        synchronized (this) {
            for (var service : ServiceProcess.ALL) {
                replicas.want(new Group.Configured(service.service()), options.replicas().of(service.service()));
            }
            members.startConfigured(options);
        }
        replicas.follow(group -> members.of(group).size(), this::followWanted);
        awaitServing(members.ids(_ -> true));
        for (var left : replicas.left()) {
            takeUp(left);
        }
    }

    private void takeUp(StoredReplicas.Started left) throws IOException, InterruptedException {
        try {
            start(Candidate.again(left), StartRequest.requireSome(left.name(), left.wanted()));
        } catch (IOException | IllegalArgumentException e) {
            if (isClosing) {
                throw e;
            }
            replicas.forget(left.name());
            events.accept("%s is not started again: %s".formatted(left.name(), e.getMessage()));
        }
    }

    /** Where routes, swaps and recordings of this mesh are asked for. */
    public Desks desks() {
        return desks;
    }

    /** Where the first gateway listens; throws {@link IllegalStateException} if there is none. */
    public String url() {
        return members.ids(member -> !member.service().isStage()).stream().findFirst().flatMap(members::find)
                .map(gateway -> "http://127.0.0.1:" + gateway.port())
                .orElseThrow(() -> new IllegalStateException("there is no gateway"));
    }

    /** A port of 127.0.0.1 that nobody has now. */
    public static int freePort() {
        return FreePorts.of(1).getFirst();
    }

    @Override
    public List<InstanceView> instances() {
        var registered = registered();
        return supervisor.statuses().stream().map(process -> view(process, registered.get(process.id()))).toList();
    }

    private Map<String, StageInstance> registered() {
        return registry.snapshot().stream()
                .collect(Collectors.toMap(StageInstance::id, instance -> instance, (one, _) -> one));
    }

    private InstanceView view(ProcessStatus process, @Nullable StageInstance registered) {
        if (consul != null && process.id().equals(ConsulServer.ID)) {
            return InstanceView.other(ConsulServer.ID, process, consul.address(),
                    readiness.ofConsul(consul.address()));
        }
        var member = members.find(process.id()).orElse(null);
        // One that was told to go is no member any more.
        if (member == null || member.service().isStage()) {
            var view = InstanceView.stage(serviceOf(process.id()), process, registered);
            return member != null && member.group() instanceof Candidate candidate
                    ? view.as(candidate.release())
                    : view;
        }
        var address = "127.0.0.1:" + member.port();
        return InstanceView.other(member.service().service(), process, address, readiness.ofGateway(address));
    }

    @Override
    public void start(StartRequest asked) throws IOException, InterruptedException {
        start(asked.candidate(), asked.replicas(1));
    }

    private void start(Candidate candidate, int wanted) throws IOException, InterruptedException {
        Change change;
        synchronized (this) {
            lineup().requireNew(candidate.release());
            change = want(candidate, wanted);
        }
        try {
            awaitServing(change.added());
        } catch (IOException | RuntimeException e) {
            if (!isClosing) {
                withdraw(candidate, e);
            }
            throw e;
        }
    }

    private void withdraw(Candidate candidate, Exception why) {
        CompletableFuture<Void> gone;
        synchronized (this) {
            gone = remove(members.of(candidate));
            try {
                replicas.forget(candidate);
            } catch (IOException e) {
                why.addSuppressed(e);
            }
        }
        gone.join();
    }

    /** The new ones serve then, and the others, those with the highest numbers, have drained and are gone. */
    @Override
    public void scale(String name, String count) throws IOException, InterruptedException {
        int wanted = Replicas.number(name, count);
        Change change;
        synchronized (this) {
            change = want(lineup().named(name), wanted);
        }
        change.gone().join();
        awaitServing(change.added());
    }

    /** What is stopped is not started again: its group has one less, or none any more. */
    @Override
    public void stop(String name) throws IOException {
        CompletableFuture<Void> gone;
        synchronized (this) {
            var member = members.find(name);
            if (member.isPresent()) {
                gone = stopOne(name, member.get().group());
            } else if (name.contains("=") || ServiceProcess.named(name).isPresent()) {
                gone = want(lineup().named(name), 0).gone();
            } else {
                throw new IllegalArgumentException("there is no instance '%s' (there are %s)".formatted(name,
                        String.join(", ", members.ids(_ -> true))));
            }
        }
        gone.join();
    }

    private CompletableFuture<Void> stopOne(String id, Group group) throws IOException {
        int left = members.of(group).size() - 1;
        replicas.want(group, left);
        var gone = remove(List.of(id));
        forgetIfOver(group, left);
        return gone;
    }

    /** What there is, and what would be there if it were woken. */
    private Lineup lineup() {
        var entries = new ArrayList<Lineup.Entry>();
        for (var service : ServiceProcess.ALL) {
            var group = new Group.Configured(service.service());
            var ids = members.of(group);
            // A candidate's word is of one that had this name before and was killed.
            var said = registry.snapshot().stream()
                    .filter(instance -> ids.contains(instance.id()) && !instance.description().getCandidate())
                    .map(StageInstance::release).filter(release -> !release.bundle().isEmpty()).findFirst();
            entries.add(new Lineup.Entry(group, said.or(() -> configured.release(service.service())), ids.size()));
        }
        members.candidates().forEach(candidate -> entries.add(new Lineup.Entry(candidate,
                Optional.of(candidate.release()), members.of(candidate).size())));
        return new Lineup(entries);
    }

    /** Somebody else wants another number of instances: a gateway that woke a service, for one. */
    private void followWanted(Group group) {
        try {
            var change = reconcile(group);
            if (!change.added().isEmpty()) {
                events.accept("%s is woken: %s".formatted(group, String.join(", ", change.added())));
            }
        } catch (IOException e) {
            events.accept("%s: %s".formatted(group, e.getMessage()));
        }
    }

    /** Instances that were started, and the end of those that were told to go. */
    private record Change(List<String> added, CompletableFuture<Void> gone) {}

    private synchronized Change want(Group group, int count) throws IOException {
        replicas.want(group, count);
        return reconcile(group);
    }

    /** Makes it as many as are wanted at this moment, and doesn't wait for it. */
    private synchronized Change reconcile(Group group) throws IOException {
        var there = members.of(group);
        int wanted = isClosing ? there.size() : replicas.wanted(group).orElse(there.size());
        var added = new ArrayList<String>();
        for (int i = there.size(); i < wanted; i++) {
            added.add(members.start(group));
        }
        var gone = remove(there.subList(Math.min(wanted, there.size()), there.size()));
        forgetIfOver(group, wanted);
        return new Change(added, gone);
    }

    /** A candidate without instances can't be woken, since no configuration says where it lies. */
    private void forgetIfOver(Group group, int wanted) throws IOException {
        if (wanted == 0 && group instanceof Candidate) {
            replicas.forget(group);
        }
    }

    private CompletableFuture<Void> remove(Collection<String> ids) {
        return members.end(ids, patience);
    }

    /** Others would send requests to a stage that is gone until Consul's next check. */
    private void tellEnd(String id) {
        if (members.find(id).filter(member -> member.service().isStage()).isPresent()) {
            registry.ended(id);
        }
    }

    private void awaitServing(Collection<String> ids) throws IOException, InterruptedException {
        while (!isClosing) {
            var awaited = supervisor.statuses().stream().filter(process -> ids.contains(process.id())).toList();
            for (var process : awaited) {
                if (process.failures() >= TRIES) {
                    throw new IOException("%s does not start: %s (%s)".formatted(process.id(),
                            LogFiles.lastLine(specs.log(process.id())), specs.log(process.id())));
                }
            }
            var registered = registered();
            // Gateways, which come last, are asked once all others serve: while processes start, each request takes from them.
            if (awaited.stream().allMatch(process -> view(process, registered.get(process.id())).isServing())) {
                return;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        throw new IOException("the mesh is being stopped");
    }

    private static String serviceOf(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf('-')));
    }

    /** Within how long a mesh is gone whose processes are to be gone within this: once they are idle, stages need little. */
    public static Duration timeToEnd(Duration drainTimeout) {
        return drainTimeout.plus(AFTER_GATEWAYS);
    }

    /** As {@link #close(Budget)}, with the time that this mesh should take. */
    @Override
    public void close() {
        close(Budget.of(timeToEnd(patience.minus(LATE))));
    }

    /** In order, within this time: gateways finish what they have, then the stages do, then Consul goes. */
    public void close(Budget budget) {
        isClosing = true;
        replicas.stopFollowing();
        endAll(budget);
    }

    private synchronized void endAll(Budget budget) {
        members.end(members.ids(member -> !member.service().isStage()), budget.atMost(patience).left()).join();
        members.end(members.ids(_ -> true), budget.forWork().left()).join();
        aftermath.close();
        store.close();
        registry.close();
        replicas.close();
        if (watch != null) {
            watch.close();
        }
        supervisor.stop(ConsulServer.ID, budget.left()).join();
        supervisor.close();
        readiness.close();
    }
}
