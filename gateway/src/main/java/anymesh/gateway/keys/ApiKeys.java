// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import anymesh.kit.config.Reloader;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of the API. A file that changes is taken up without a restart; one that can't be read then is not, and those that were
 * read go on. Thread-safe.
 */
public final class ApiKeys implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);
    private static final Pattern BEARER = Pattern.compile("Bearer +(\\S+) *", Pattern.CASE_INSENSITIVE);

    private final KeysConfig config;
    private final KeyMeters meters;
    private final Caller anyone;
    private final Map<String, Caller> callers = new ConcurrentHashMap<>();
    private volatile Snapshot keys = new Snapshot(Map.of(), false);
    private @Nullable String read;
    private @Nullable Reloader reloader;

    /** By hash. */
    private record Snapshot(Map<String, ApiKey> byHash, boolean hasAdmin) {}

    private ApiKeys(KeysConfig config, MeterRegistry meters) {
        this.config = config;
        this.meters = new KeyMeters(meters);
        anyone = new Caller("", true, this.meters, System::nanoTime);
    }

    /** Reads them, or throws {@link IllegalArgumentException} if they can't be used. Blocks. */
    public static ApiKeys open(Vertx vertx, KeysConfig config, MeterRegistry meters) {
        var keys = new ApiKeys(config, meters);
        if (config.areSet()) {
            keys.load(keys.file());
        }
        if (!config.file().isEmpty()) {
            keys.reloader = Reloader.start(vertx, config.reloadEvery(), "the file of keys", keys::reload,
                    Future::succeededFuture);
        }
        return keys;
    }

    /** Whether a key is needed. */
    public boolean areSet() {
        return config.areSet();
    }

    /**
     * Who sends a request; throws {@link KeyRefused} if it may not.
     *
     * @param authorization the header, {@code Bearer KEY}
     */
    public Caller caller(@Nullable String authorization, Access access) {
        var now = keys;
        if (!areSet() || access == Access.OPEN || (access == Access.ADMIN && !now.hasAdmin())) {
            return anyone;
        }
        if (authorization == null) {
            throw new KeyRefused("This server asks for an API key: send it as 'Authorization: Bearer YOUR_KEY'.",
                    false);
        }
        var bearer = BEARER.matcher(authorization);
        var key = bearer.matches() ? now.byHash().get(ApiKey.hash(bearer.group(1))) : null;
        if (key == null) {
            throw new KeyRefused("Incorrect API key provided.", false);
        }
        if (access == Access.ADMIN && !key.admin()) {
            throw new KeyRefused("This API key is not an administrator's.", true);
        }
        meters.asked(key.name());
        return caller(key);
    }

    /** Those of one name have its limits together; what it may see is each key's own. */
    private Caller caller(ApiKey key) {
        return callers.computeIfAbsent(id(key), _ -> make(key));
    }

    private Caller make(ApiKey key) {
        return new Caller(key.name(), key.admin(), meters, System::nanoTime).limited(key.limits());
    }

    private static String id(ApiKey key) {
        return key.name() + (key.admin() ? " (admin)" : "");
    }

    /** The holders of the keys of a name did this work long after they asked for it. Nobody's if it has no keys any more. */
    public void spent(String name, long work) {
        if (name.isEmpty()) {
            return;
        }
        keys.byHash().values().stream().filter(key -> key.name().equals(name)).findFirst()
                .ifPresentOrElse(key -> caller(key).spent(work), () -> meters.spent(name, work));
    }

    private @Nullable String file() {
        if (config.file().isEmpty()) {
            return null;
        }
        try {
            return Files.readString(Path.of(config.file()));
        } catch (IOException e) {
            throw new IllegalArgumentException("keys.file: " + e.getMessage(), e);
        }
    }

    private void load(@Nullable String text) {
        var all = new ArrayList<ApiKey>();
        try {
            if (text != null) {
                all.addAll(KeyFile.read(text));
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("keys.file: %s: %s".formatted(config.file(), e.getMessage()), e);
        }
        config.hashes().forEach(entry -> all.add(entry(entry)));
        keys = snapshot(all);
        read = text;
        all.forEach(key -> {
            var known = callers.get(id(key));
            if (known != null) {
                known.limited(key.limits());
            }
        });
        log.info("keys={} names={}", all.size(), all.stream().map(ApiKey::name).distinct().toList());
    }

    private static ApiKey entry(String text) {
        int equals = text.indexOf('=');
        try {
            return new ApiKey(equals < 0 ? null : text.substring(0, equals), text.substring(equals + 1), false, null);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("keys.hashes: expected NAME=SHA256 each, " + e.getMessage(), e);
        }
    }

    private static Snapshot snapshot(List<ApiKey> all) {
        var byHash = new HashMap<String, ApiKey>();
        var byName = new HashMap<String, ApiKey>();
        for (var key : all) {
            if (byHash.put(key.sha256(), key) != null) {
                throw new IllegalArgumentException("keys: the key of %s stands there twice".formatted(key.name()));
            }
            var other = byName.putIfAbsent(id(key), key);
            if (other != null && !other.limits().equals(key.limits())) {
                throw new IllegalArgumentException(
                        "keys: those of the name %s have different limits".formatted(key.name()));
            }
        }
        return new Snapshot(Map.copyOf(byHash), all.stream().anyMatch(ApiKey::admin));
    }

    /** Whether the file has changed. */
    private synchronized boolean reload() {
        var text = file();
        boolean hasChanged = text != null && !text.equals(read);
        if (hasChanged) {
            load(text);
        }
        return hasChanged;
    }

    @Override
    public void close() {
        if (reloader != null) {
            reloader.close();
        }
    }
}
