// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Who belongs to a mesh of processes, by its id, in the order of their coming; one that was told to go does not. Thread-safe. */
final class Members {
    private final Map<String, Member> members = new LinkedHashMap<>();

    /** Gateways have a port that they keep, stages choose theirs and register it (0). */
    record Member(ServiceProcess service, Group group, int port) {}

    synchronized void add(String id, Member member) {
        members.put(id, member);
    }

    synchronized void remove(Collection<String> ids) {
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
