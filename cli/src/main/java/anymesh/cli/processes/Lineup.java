// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.registry.Release;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which groups there are at one moment, and which of them a name means: {@code SERVICE=BUNDLE@VERSION}, or a service's. */
public record Lineup(List<Entry> entries) {

    /**
     * A group and how many instances it has.
     *
     * @param release empty if it is not known, since neither an instance nor a bundle says it
     */
    public record Entry(Group group, Optional<Release> release, int instances) {
        String name() {
            return release.map(Release::toString).orElseGet(group::toString);
        }
    }

    public Lineup {
        entries = List.copyOf(entries);
    }

    /**
     * A service's name means its only release that runs, or what it is configured with if none does.
     * {@link IllegalArgumentException} says which there are if there is none of this name, or if several are meant.
     */
    public Group named(String name) {
        return name.contains("=") ? ofRelease(Release.parse(name)) : ofService(name);
    }

    private Group ofRelease(Release release) {
        return find(release).map(Entry::group).orElseThrow(() -> new IllegalArgumentException(
                "there is no release '%s' (there are %s)".formatted(release, entries.stream()
                        .flatMap(entry -> entry.release().stream()).map(Release::toString)
                        .collect(Collectors.joining(", ")))));
    }

    private Group ofService(String name) {
        var service = Replicas.requireService(name).service();
        var running = entries.stream()
                .filter(entry -> entry.group().service().equals(service) && entry.instances() > 0).toList();
        if (running.size() > 1) {
            throw new IllegalArgumentException("several releases of %s run; say which one: %s".formatted(service,
                    running.stream().map(Entry::name).collect(Collectors.joining(" or "))));
        }
        return running.isEmpty() ? new Group.Configured(service) : running.getFirst().group();
    }

    /** Refuses, by {@link IllegalArgumentException}, what is there already. */
    public void requireNew(Release release) {
        find(release).ifPresent(entry -> {
            throw new IllegalArgumentException(entry.instances() > 0
                    ? "%1$s runs already; ./anymesh scale %1$s N gives it more instances".formatted(release)
                    : "%1$s is what %2$s is configured with, and sleeps; ./anymesh scale %1$s N wakes it"
                            .formatted(release, release.service()));
        });
    }

    private Optional<Entry> find(Release release) {
        return entries.stream().filter(entry -> entry.release().equals(Optional.of(release))).findFirst();
    }
}
