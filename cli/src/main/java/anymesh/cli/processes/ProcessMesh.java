// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A mesh of processes on this machine: Consul, the gateway and the stages, each kept running. An instance is called
 * {@code SERVICE-NUMBER} and keeps its name when it is started again. The methods block; {@link #scale} and
 * {@link #stop} wait for one another.
 */
public final class ProcessMesh implements AutoCloseable {
    /** A stage or gateway drains for up to 30 s by itself. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Duration CONSUL_PATIENCE = Duration.ofSeconds(10);
    private static final int TRIES = 3;
    private static final long LOOK_EVERY_MILLIS = 100;

    /** A member of the mesh; gateways have a port that they keep, stages choose theirs and register it (0). */
    private record Member(ServiceProcess service, int port) {}

    private final Supervisor supervisor;
    private final ProcessSpecs specs;
    private final @Nullable ConsulServer consul;
    private final StageRegistry registry;
    private final Readiness readiness = new Readiness();
    private final Map<String, Member> members = new LinkedHashMap<>();
    private volatile boolean isClosing;

    private ProcessMesh(Supervisor supervisor, ProcessSpecs specs, @Nullable ConsulServer consul,
            StageRegistry registry) {
        this.supervisor = supervisor;
        this.specs = specs;
        this.consul = consul;
        this.registry = registry;
    }

    /**
     * Starts Consul, if the mesh is to have its own, and opens the registry. Throws {@link IOException} if there is none to
     * start, and what {@link RegistryConfig#forGateway} does.
     */
    public static ProcessMesh open(Vertx vertx, ProcessOptions options, Supervisor supervisor)
            throws IOException, InterruptedException {
        ConsulServer consul = null;
        var config = options.registry();
        var logs = options.folder().resolve("logs");
        if (config.kind() == RegistryConfig.Kind.STATIC) {
            consul = ConsulServer.in(options.home(), options.folder().resolve("consul"), options.tls());
            consul.endLeftover();
            supervisor.start(consul.spec(logs.resolve(ConsulServer.ID + ".log"))).join();
            consul.awaitReady();
            config = config.withConsul(config.consul().at(consul.address()));
        }
        var stages = Stream.of(ServiceProcess.values()).filter(ServiceProcess::isStage).map(ServiceProcess::service)
                .collect(Collectors.toSet());
        var specs = new ProcessSpecs(options.home(), logs, options.config(), config.consul().address());
        return new ProcessMesh(supervisor, specs, consul, config.forGateway(vertx, stages));
    }

    /**
     * Starts every instance and waits until all of them serve. Throws {@link IOException} with the reason if a process
     * keeps ending before it serves.
     */
    public void startAll(ProcessOptions options) throws IOException, InterruptedException {
        for (var service : ServiceProcess.values()) {
            for (int i = 0; i < options.replicas().of(service.service()); i++) {
                add(service, service.isStage() ? 0 : i == 0 ? options.port() : Ports.free(1).getFirst());
            }
        }
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
                    readiness.of(consul.address(), "/v1/status/leader"));
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
        return InstanceView.other(member.service().service(), process, address, readiness.of(address, "/readyz"));
    }

    /**
     * Makes it so many instances of a service and waits until the new ones serve and the others, those with the highest
     * numbers, have drained and are gone.
     */
    public synchronized void scale(String serviceName, String replicas) throws IOException, InterruptedException {
        var service = Replicas.requireService(serviceName);
        int wanted = Replicas.number(serviceName, replicas);
        var there = ids(member -> member.service() == service);
        var added = new ArrayList<String>();
        for (int i = there.size(); i < wanted; i++) {
            added.add(add(service, service.isStage() ? 0 : Ports.free(1).getFirst()));
        }
        remove(there.subList(Math.min(wanted, there.size()), there.size()));
        awaitServing(added);
    }

    /** Drains one instance and does not start it again; the service has one less. */
    public synchronized void stop(String id) {
        if (!ids(_ -> true).contains(id)) {
            throw new IllegalArgumentException("there is no instance '%s' (there are %s)".formatted(id,
                    String.join(", ", ids(_ -> true))));
        }
        remove(List.of(id));
    }

    private String add(ServiceProcess service, int port) {
        int number = 1;
        synchronized (members) {
            while (members.containsKey(service.service() + "-" + number)) {
                number++;
            }
            members.put(service.service() + "-" + number, new Member(service, port));
        }
        var id = service.service() + "-" + number;
        supervisor.start(service.isStage() ? specs.stage(service, id) : specs.gateway(id, port)).join();
        return id;
    }

    private void remove(Collection<String> ids) {
        synchronized (members) {
            members.keySet().removeAll(Set.copyOf(ids));
        }
        CompletableFuture.allOf(ids.stream().map(id -> supervisor.stop(id, PATIENCE)).toArray(CompletableFuture[]::new))
                .join();
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

    private static String serviceOf(String id) {
        return id.substring(0, Math.max(0, id.lastIndexOf('-')));
    }

    /** In order: gateways finish what they have, then the stages do, then Consul goes. */
    @Override
    public void close() {
        isClosing = true;
        endAll();
    }

    private synchronized void endAll() {
        remove(ids(member -> !member.service().isStage()));
        remove(ids(_ -> true));
        registry.close();
        supervisor.stop(ConsulServer.ID, CONSUL_PATIENCE).join();
        supervisor.close();
        readiness.close();
    }
}
