// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mesh of processes on this machine: Consul, the gateway and the stages, each kept running. An instance is called
 * {@code SERVICE-NUMBER} and keeps its name when it is started again. How many there are of a service is what is wanted in
 * the store that the mesh shares, whoever wants it. The methods block.
 */
public final class ProcessMesh implements AutoCloseable {
    /** What a process may be late by before it is killed, and what the stages and Consul have after the last gateway. */
    private static final Duration LATE = Duration.ofSeconds(3);
    private static final Duration AFTER_GATEWAYS = Duration.ofSeconds(10);
    private static final int TRIES = 3;
    private static final long LOOK_EVERY_MILLIS = 100;

    /** A member of the mesh; gateways have a port that they keep, stages choose theirs and register it (0). */
    private record Member(ServiceProcess service, int port) {}

    private final Supervisor supervisor;
    private final ProcessSpecs specs;
    private final @Nullable ConsulServer consul;
    private final StageRegistry registry;
    private final OwnedReplicas replicas;
    private final Readiness readiness;
    private final @Nullable ConsulWatch watch;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Consumer<String> events;
    private final Duration patience;
    private volatile boolean isClosing;

    private ProcessMesh(Supervisor supervisor, ProcessSpecs specs, @Nullable ConsulServer consul,
            @Nullable ConsulWatch watch, Readiness readiness, StageRegistry registry, OwnedReplicas replicas,
            Duration drainTimeout, Consumer<String> events) {
        this.patience = drainTimeout.plus(LATE);
        this.watch = watch;
        this.readiness = readiness;
        this.events = events;
        this.replicas = replicas;
        this.supervisor = supervisor;
        this.specs = specs;
        this.consul = consul;
        this.registry = registry;
    }

    /**
     * Starts Consul, if the mesh is to have its own, and opens the registry. Throws {@link IOException} if there is none to
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
            watch = ConsulWatch.start(supervisor, consul, readiness, events);
            watch.awaitStarted();
            config = config.withConsul(config.consul().at(consul.address()));
        }
        var stages = Stream.of(ServiceProcess.values()).filter(ServiceProcess::isStage).map(ServiceProcess::service)
                .collect(Collectors.toSet());
        var specs = new ProcessSpecs(options.home(), logs, options.settings(), config.consul().address());
        var replicas = OwnedReplicas.open(vertx, config, events);
        return new ProcessMesh(supervisor, specs, consul, watch, readiness, config.forGateway(vertx, stages), replicas,
                options.drainTimeout(), events);
    }

    /**
     * Starts every instance and waits until all of them serve. Throws {@link IOException} with the reason if a process
     * keeps ending before it serves.
     */
    public void startAll(ProcessOptions options) throws IOException, InterruptedException {
        synchronized (this) {
            for (var service : ServiceProcess.values()) {
                int count = options.replicas().of(service.service());
                replicas.want(service.service(), count);
                for (int i = 0; i < count; i++) {
                    add(service, service.isStage() ? 0 : i == 0 ? options.port() : Ports.free(1).getFirst());
                }
            }
        }
        replicas.follow(service -> ids(member -> member.service().service().equals(service)).size(),
                this::followWanted);
        awaitServing(ids(_ -> true));
    }

    /** Where the first gateway listens; throws {@link IllegalStateException} if there is none. */
    public String url() {
        synchronized (members) {
            return members.values().stream().filter(member -> !member.service().isStage()).findFirst()
                    .map(gateway -> "http://127.0.0.1:" + gateway.port())
                    .orElseThrow(() -> new IllegalStateException("there is no gateway"));
        }
    }

    /** A port of 127.0.0.1 that nobody has now. */
    public static int freePort() {
        return Ports.free(1).getFirst();
    }

    /** Every process as it is now. */
    public List<InstanceView> instances() {
        var registered = registry.snapshot().stream()
                .collect(Collectors.toMap(StageInstance::id, instance -> instance, (one, _) -> one));
        var views = new ArrayList<InstanceView>();
        for (var process : supervisor.statuses()) {
            views.add(view(process, registered.get(process.id())));
        }
        return views;
    }

    private InstanceView view(ProcessStatus process, @Nullable StageInstance registered) {
        if (consul != null && process.id().equals(ConsulServer.ID)) {
            return InstanceView.other(ConsulServer.ID, process, consul.address(),
                    readiness.ofConsul(consul.address()));
        }
        Member member;
        synchronized (members) {
            member = members.get(process.id());
        }
        // One that was told to go is no member any more.
        if (member == null || member.service().isStage()) {
            return InstanceView.stage(serviceOf(process.id()), process, registered);
        }
        var address = "127.0.0.1:" + member.port();
        return InstanceView.other(member.service().service(), process, address, readiness.ofGateway(address));
    }

    /**
     * Makes it so many instances of a service and waits until the new ones serve and the others, those with the highest
     * numbers, have drained and are gone.
     */
    public void scale(String serviceName, String count) throws IOException, InterruptedException {
        var service = Replicas.requireService(serviceName);
        int wanted = Replicas.number(serviceName, count);
        Change change;
        synchronized (this) {
            replicas.want(serviceName, wanted);
            change = reconcile(service);
        }
        change.gone().join();
        awaitServing(change.added());
    }

    /** Drains one instance and does not start it again; the service has one less. */
    public void stop(String id) throws IOException {
        CompletableFuture<Void> gone;
        synchronized (this) {
            if (!ids(_ -> true).contains(id)) {
                throw new IllegalArgumentException("there is no instance '%s' (there are %s)".formatted(id,
                        String.join(", ", ids(_ -> true))));
            }
            var service = serviceOf(id);
            replicas.want(service, ids(member -> member.service().service().equals(service)).size() - 1);
            gone = remove(List.of(id));
        }
        gone.join();
    }

    /** Somebody else wants another number of instances: a gateway that woke a service, for one. */
    private void followWanted(String service) {
        try {
            var change = reconcile(Replicas.requireService(service));
            if (!change.added().isEmpty()) {
                events.accept("%s is woken: %s".formatted(service, String.join(", ", change.added())));
            }
        } catch (IOException e) {
            events.accept("%s: %s".formatted(service, e.getMessage()));
        }
    }

    /** Instances that were started, and the end of those that were told to go. */
    private record Change(List<String> added, CompletableFuture<Void> gone) {}

    /** Makes it as many as are wanted at this moment, and doesn't wait for it. */
    private synchronized Change reconcile(ServiceProcess service) throws IOException {
        var there = ids(member -> member.service() == service).stream()
                .sorted(Comparator.comparingInt(ProcessMesh::numberOf)).toList();
        int wanted = isClosing ? there.size() : replicas.wanted(service.service()).orElse(there.size());
        var added = new ArrayList<String>();
        for (int i = there.size(); i < wanted; i++) {
            added.add(add(service, service.isStage() ? 0 : Ports.free(1).getFirst()));
        }
        return new Change(added, remove(there.subList(Math.min(wanted, there.size()), there.size())));
    }

    private String add(ServiceProcess service, int port) {
        // One that still drains has its name until it is gone.
        var taken = supervisor.statuses().stream().map(ProcessStatus::id).collect(Collectors.toSet());
        int number = 1;
        while (taken.contains(service.service() + "-" + number)) {
            number++;
        }
        var id = service.service() + "-" + number;
        synchronized (members) {
            members.put(id, new Member(service, port));
        }
        supervisor.start(service.isStage() ? specs.stage(service, id) : specs.gateway(id, port)).join();
        return id;
    }

    private CompletableFuture<Void> remove(Collection<String> ids) {
        return remove(ids, patience);
    }

    /** Tells them to go, and kills what is not gone in time. */
    private CompletableFuture<Void> remove(Collection<String> ids, Duration time) {
        synchronized (members) {
            members.keySet().removeAll(Set.copyOf(ids));
        }
        return CompletableFuture.allOf(
                ids.stream().map(id -> supervisor.stop(id, time)).toArray(CompletableFuture[]::new));
    }

    private List<String> ids(Predicate<Member> which) {
        synchronized (members) {
            return members.entrySet().stream().filter(entry -> which.test(entry.getValue())).map(Map.Entry::getKey)
                    .toList();
        }
    }

    private void awaitServing(Collection<String> ids) throws IOException, InterruptedException {
        while (!isClosing) {
            var views = instances().stream().filter(view -> ids.contains(view.id())).toList();
            for (var view : views) {
                if (view.failures() >= TRIES) {
                    throw new IOException("%s does not start: %s (%s)".formatted(view.id(),
                            LogFiles.lastLine(specs.log(view.id())), specs.log(view.id())));
                }
            }
            if (views.stream().allMatch(InstanceView::isServing)) {
                return;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
        throw new IOException("the mesh is being stopped");
    }

    private static int numberOf(String id) {
        return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
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
        remove(ids(member -> !member.service().isStage()), budget.atMost(patience).left()).join();
        remove(ids(_ -> true), budget.forWork().left()).join();
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
