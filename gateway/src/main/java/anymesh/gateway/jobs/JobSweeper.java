// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.media.MediaStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what is kept no longer: jobs past their time with their media, and media that no job names, as those of a gateway
 * that died after it had stored them. Gateways may do so at once.
 */
final class JobSweeper {
    private static final Logger log = LoggerFactory.getLogger(JobSweeper.class);
    private static final int AT_ONCE = 200;

    private final MediaStore media;
    private final Duration grace;

    /** {@code grace}: how old a file has to be that no job names; more than may pass until one does. */
    JobSweeper(MediaStore media, Duration grace) {
        this.media = media;
        this.grace = grace;
    }

    /** Fails if the database or the store can't be reached: whatever is left then, the next one finds. */
    Future<Void> sweep(JobStore jobs) {
        return jobs.deleteExpired()
                .compose(expired -> delete(expired.stream().map(StoredMedium::name).toList()))
                .compose(_ -> media.olderThan(grace))
                .compose(old -> sweepBehind(jobs, byJob(old)));
    }

    private static List<Map.Entry<String, List<String>>> byJob(List<String> names) {
        var byJob = new HashMap<String, List<String>>();
        names.forEach(name -> byJob.computeIfAbsent(name.substring(0, Math.max(0, name.indexOf('/'))),
                _ -> new ArrayList<>()).add(name));
        return List.copyOf(byJob.entrySet());
    }

    private Future<Void> sweepBehind(JobStore jobs, List<Map.Entry<String, List<String>>> old) {
        if (old.isEmpty()) {
            return Future.succeededFuture();
        }
        var some = old.subList(0, Math.min(AT_ONCE, old.size()));
        return jobs.filesOf(some.stream().map(Map.Entry::getKey).toList()).compose(wanted -> {
            var unwanted = some.stream().flatMap(job -> job.getValue().stream()
                    .filter(name -> !wanted.getOrDefault(job.getKey(), Set.of()).contains(name))).toList();
            if (!unwanted.isEmpty()) {
                log.info("{} files that no job names are deleted", unwanted.size());
            }
            return delete(unwanted);
        }).compose(_ -> sweepBehind(jobs, old.subList(some.size(), old.size())));
    }

    private Future<Void> delete(List<String> names) {
        return names.isEmpty()
                ? Future.succeededFuture()
                : Future.join(names.stream().map(media::delete).toList()).mapEmpty();
    }
}
