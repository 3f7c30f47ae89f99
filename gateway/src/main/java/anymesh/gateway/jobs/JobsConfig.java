// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.media.MediaConfig;
import anymesh.kit.config.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How films are made that nobody waits for, and where they are kept; {@code config/gateway.yaml} explains every key.
 *
 * @param folder of media if they are in one, and with {@code FILE} of the database; empty for {@link #place}
 * @param concurrent how many this gateway runs at once; 0: none, others do
 * @param lease how long after its last word a gateway is given up, and its jobs are begun by others
 * @param timeout how long one attempt may take
 * @param keepFor how long a job and its media are kept once it has ended
 */
public record JobsConfig(Kind kind, String folder, Postgres postgres, MediaConfig media, int concurrent, Duration lease,
        Duration timeout,
        Duration keepFor) {
    /** Where jobs are kept. */
    public enum Kind {
        FILE, POSTGRES, NONE
    }

    /**
     * Which database.
     *
     * @param uri {@code postgresql://host:port/database}
     * @param passwordFile a file that holds the password; empty for none
     */
    public record Postgres(String uri, String user, String passwordFile) {
        public Postgres {
            if (!uri.isEmpty() && !uri.startsWith("postgresql://")) {
                throw new IllegalArgumentException("jobs.postgres.uri: expected postgresql://host:port/database");
            }
            if (uri.contains("@") || uri.contains("password=")) {
                throw new IllegalArgumentException(
                        "jobs.postgres.uri: it may hold neither user nor password, as it is logged (expected: user and passwordFile)");
            }
        }
    }

    public JobsConfig {
        if (concurrent < 0) {
            throw new IllegalArgumentException("jobs.concurrent: %d (expected: >= 0)".formatted(concurrent));
        }
        Durations.requirePositive("jobs.lease", lease);
        Durations.requirePositive("jobs.timeout", timeout);
        Durations.requirePositive("jobs.keepFor", keepFor);
        if (kind == Kind.POSTGRES && (postgres.uri().isEmpty() || postgres.user().isEmpty())) {
            throw new IllegalArgumentException("jobs.postgres: uri and user are missing, which kind POSTGRES needs");
        }
    }

    public static JobsConfig defaults() {
        return new JobsConfig(Kind.FILE, "", new Postgres("", "", ""), MediaConfig.defaults(), 2,
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                Duration.ofHours(24));
    }

    /** The same in a folder. */
    public JobsConfig in(Path other) {
        return new JobsConfig(kind, other.toString(), postgres, media, concurrent, lease, timeout, keepFor);
    }

    /** The same in this folder, if none is configured. */
    public JobsConfig orIn(Path other) {
        return folder.isEmpty() ? in(other) : this;
    }

    /** Where media lie. */
    Path place(Map<String, String> environment) {
        if (!folder.isEmpty()) {
            return Path.of(folder);
        }
        String state = environment.get("ANYMESH_STATE");
        if (state != null && !state.isBlank()) {
            return Path.of(state).toAbsolutePath().resolveSibling("jobs");
        }
        @Nullable
        String home = environment.get("XDG_STATE_HOME");
        return (home == null || home.isBlank()
                ? Path.of(System.getProperty("user.home", ""), ".local", "state")
                : Path.of(home)).resolve("anymesh").resolve("jobs");
    }
}
