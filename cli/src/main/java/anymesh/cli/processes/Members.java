// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessStatus;
import anymesh.cli.supervise.Supervisor;
import anymesh.kit.server.FreePorts;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who belongs to a mesh of processes, by its id, in the order of their coming; one that was told to go does not. Thread-safe, but
 * for starting and ending, which is done by one thread at a time.
 */
final class Members {
    private final Supervisor supervisor;
    private final ProcessSpecs specs;
    private final Map<String, Member> members = new LinkedHashMap<>();

    Members(Supervisor supervisor, ProcessSpecs specs) {
        this.supervisor = supervisor;
        this.specs = specs;
    }

    /** Gateways have a port that they keep, stages choose theirs and register it (0). */
    record Member(ServiceProcess service, Group group, int port) {}

    /** As many of each service as are configured, less those that are there. */
    void startConfigured(ProcessOptions options) {
        for (var service : ServiceProcess.ALL) {
            var group = new Group.Configured(service.service());
            for (int i = of(group).size(); i < options.replicas().of(service.service()); i++) {
                start(service, group, i == 0 ? options.port() : 0);
            }
        }
    }

    /** One more of a group; gives its id. */
    String start(Group group) {
        return start(Replicas.requireService(group.service()), group, 0);
    }

    /** A gateway listens at the port that is wanted, or at a free one where that is 0. */
    private String start(ServiceProcess service, Group group, int wanted) {
        // One that still drains has its name until it is gone.
        var taken = supervisor.statuses().stream().map(ProcessStatus::id).collect(Collectors.toSet());
        int number = 1;
        while (taken.contains(group.service() + "-" + number)) {
            number++;
        }
        var id = group.service() + "-" + number;
        int port = service.isStage() ? 0 : wanted == 0 ? FreePorts.of(1).getFirst() : wanted;
        add(id, new Member(service, group, port));
        supervisor.start(service.isStage() ? specs.stage(service, group, id) : specs.gateway(id, port)).join();
        return id;
    }

    /** Tells them to go, and kills what is not gone in time. */
    CompletableFuture<Void> end(Collection<String> ids, Duration time) {
        remove(ids);
        return CompletableFuture.allOf(
                ids.stream().map(id -> supervisor.stop(id, time)).toArray(CompletableFuture[]::new));
    }

    private synchronized void add(String id, Member member) {
        members.put(id, member);
    }

    private synchronized void remove(Collection<String> ids) {
        members.keySet().removeAll(Set.copyOf(ids));
    }

    synchronized Optional<Member> find(String id) {
        return Optional.ofNullable(members.get(id));
    }

    synchronized List<String> ids(Predicate<Member> which) {
        return members.entrySet().stream().filter(entry -> which.test(entry.getValue())).map(Map.Entry::getKey)
                .toList();
    }

    /** Lowest numbers first. */
    List<String> of(Group group) {
        return ids(member -> member.group().equals(group)).stream()
                .sorted(Comparator.comparingInt(Members::numberOf)).toList();
    }

    synchronized List<Candidate> candidates() {
        return members.values().stream().map(Member::group).filter(Candidate.class::isInstance)
                .map(Candidate.class::cast).distinct().toList();
    }

    private static int numberOf(String id) {
        return Integer.parseInt(id.substring(id.lastIndexOf('-') + 1));
    }
}
