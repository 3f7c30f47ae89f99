// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.media.MediaStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is kept no longer: rows past their time with their media, and media that no row names, as those of a gateway
 * that died after it had stored them. Gateways may do so at once.
 */
final class Sweeper {
    private static final Logger log = LoggerFactory.getLogger(Sweeper.class);
    private static final int AT_ONCE = 200;

    private final MediaStore media;
    private final Duration grace;

    /** {@code grace}: how old a file has to be that no row names; more than may pass until one does. */
    Sweeper(MediaStore media, Duration grace) {
        this.media = media;
        this.grace = grace;
    }

    /** Fails if the database or the store can't be reached: whatever is left then, the next one finds. {@code shelves}: all that there are. */
    Future<Void> sweep(List<? extends Shelf> shelves) {
        return Future.all(shelves.stream().map(Shelf::deleteExpired).toList())
                .compose(expired -> delete(expired.<List<StoredMedium>>list().stream().flatMap(List::stream)
                        .map(StoredMedium::name).toList()))
                .compose(_ -> media.olderThan(grace))
                .compose(old -> sweepBehind(shelves, byFolder(old)));
    }

    private static List<Map.Entry<String, List<String>>> byFolder(List<String> names) {
        var byFolder = new HashMap<String, List<String>>();
        names.forEach(name -> byFolder.computeIfAbsent(name.substring(0, Math.max(0, name.indexOf('/'))),
                _ -> new ArrayList<>()).add(name));
        return List.copyOf(byFolder.entrySet());
    }

    private Future<Void> sweepBehind(List<? extends Shelf> shelves, List<Map.Entry<String, List<String>>> old) {
        if (old.isEmpty()) {
            return Future.succeededFuture();
        }
        var some = old.subList(0, Math.min(AT_ONCE, old.size()));
        return wanted(shelves, some.stream().map(Map.Entry::getKey).toList()).compose(wanted -> {
            var unwanted = some.stream().flatMap(folder -> folder.getValue().stream())
                    .filter(name -> !wanted.contains(name)).toList();
            if (!unwanted.isEmpty()) {
                log.info("{} files that nothing names are deleted", unwanted.size());
            }
            return delete(unwanted);
        }).compose(_ -> sweepBehind(shelves, old.subList(some.size(), old.size())));
    }

    private static Future<Set<String>> wanted(List<? extends Shelf> shelves, Collection<String> folders) {
        return Future.all(shelves.stream().map(shelf -> shelf.filesOf(folders)).toList()).map(found -> {
            var wanted = new HashSet<String>();
            found.<Set<String>>list().forEach(wanted::addAll);
            return wanted;
        });
    }

    private Future<Void> delete(List<String> names) {
        return names.isEmpty()
                ? Future.succeededFuture()
                : Future.join(names.stream().map(media::delete).toList()).mapEmpty();
    }
}
