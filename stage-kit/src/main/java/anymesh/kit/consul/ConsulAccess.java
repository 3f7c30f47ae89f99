// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one Consul agent: makes clients for it, and finds out whether it lets us do what we are going to do. That is
 * asked of {@code /v1/internal/acl/authorize}, which Consul's own web page uses; with a plain read or an answer's headers
 * a denied service cannot be told from an empty one (seen with Consul 1.22).
 */
final class ConsulAccess {
    private static final Logger log = LoggerFactory.getLogger(ConsulAccess.class);
    private static final int CONNECT_MILLIS = 1_000;
    static final int CALL_MILLIS = 5_000;

    private final Vertx vertx;
    private final ConsulConfig config;
    private final WebClient web;

    ConsulAccess(Vertx vertx, ConsulConfig config) {
        this.vertx = vertx;
        this.config = config;
        this.web = WebClient.create(vertx, options());
    }

    /** A client of its own: each has five connections, so a few blocking queries on one would starve everything else. */
    ConsulClient client(long timeoutMillis) {
        return ConsulClient.create(vertx, options().setAclToken(config.readToken()).setTimeout(timeoutMillis));
    }

    Future<Void> mayRegister(Set<String> services) {
        var asked = new JsonArray();
        services.forEach(service -> asked.add(resource("service", service, "write")));
        return verify(asked);
    }

    Future<Void> mayFollow(Set<String> services) {
        var asked = new JsonArray();
        services.forEach(service -> asked.add(resource("service", service, "read")));
        // Instances are only shown along with the node that they are on.
        return verify(asked.add(resource("node", "", "read")));
    }

    Future<Void> mayWrite(Set<String> prefixes) {
        var asked = new JsonArray();
        prefixes.forEach(prefix -> asked.add(resource("key", ConsulKeys.ROOT + prefix, "write")));
        return verify(asked);
    }

    Future<Void> mayLock() {
        return verify(new JsonArray().add(resource("key", ConsulKeys.ROOT + ConsulMeshLocks.FOLDER, "write"))
                .add(resource("session", "", "write")));
    }

    /**
     * Waits for the answer to one of these questions. Throws {@link ConsulRefusedException} if it is no; that Consul could
     * not be asked is only told.
     */
    void insist(Future<Void> permission, String what) {
        try {
            permission.toCompletionStage().toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ConsulRefusedException refused) {
                throw refused;
            }
            log.warn("Consul at {}, {} cannot be reached yet: {}", config.address(), what,
                    String.valueOf(e.getCause()));
        }
    }

    /** Registers a service with its check. Not by Vert.x' client, which can't say whose certificate a check expects. */
    Future<Void> register(JsonObject service) {
        return web.put("/v1/agent/service/register").putHeader("X-Consul-Token", config.readToken())
                .timeout(CALL_MILLIS).sendJsonObject(service)
                .compose(response -> response.statusCode() == 200
                        ? Future.succeededFuture()
                        : Future.failedFuture(refusal(config, response)));
    }

    /** What this agent knows under the id of a service, with its checks; empty if there is none. */
    Future<Optional<JsonObject>> registered(String id) {
        return web
                .get("/v1/agent/health/service/id/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20"))
                .putHeader("X-Consul-Token", config.readToken()).timeout(CALL_MILLIS).send()
                .compose(response -> switch (response.statusCode()) {
                    // By its checks: all pass, one warns, one fails.
                    case 200, 429, 503 -> Future.succeededFuture(Optional.ofNullable(response.bodyAsJsonObject()));
                    case 404 -> Future.succeededFuture(Optional.empty());
                    default -> Future.failedFuture(refusal(config, response));
                });
    }

    /** What an answer comes to that is not what was asked for. */
    static RuntimeException refusal(ConsulConfig config, HttpResponse<Buffer> response) {
        int status = response.statusCode();
        var reason = "Consul at %s answers %d: %s".formatted(config.address(), status,
                String.valueOf(response.bodyAsString()).strip());
        return status == 403 ? new ConsulRefusedException(reason) : new IllegalStateException(reason);
    }

    /** Keys and sessions, with connections of their own. */
    ConsulKeys keys() {
        return new ConsulKeys(config, WebClient.create(vertx, options()));
    }

    /** Fails with {@link ConsulRefusedException} if Consul says no, with something else if it cannot be asked. */
    private Future<Void> verify(JsonArray asked) {
        return web.post("/v1/internal/acl/authorize")
                .putHeader("X-Consul-Token", config.readToken())
                .timeout(CALL_MILLIS)
                .sendJson(asked)
                .recover(e -> Future.failedFuture(explain(e)))
                .compose(this::judge);
    }

    private Future<Void> judge(HttpResponse<Buffer> response) {
        if (response.statusCode() == 401) {
            return Future.succeededFuture(); // "ACL support disabled": everybody may do everything
        }
        var answer = response.body();
        var body = answer == null ? "" : answer.toString(StandardCharsets.UTF_8).strip();
        if (response.statusCode() != 200) {
            var refusal = "Consul at %s refuses%s: %s".formatted(config.address(),
                    response.statusCode() == 403 ? " the token" : "", body);
            return Future.failedFuture(response.statusCode() < 500
                    ? new ConsulRefusedException(refusal)
                    : new IllegalStateException(refusal));
        }
        var denied = denied(new JsonArray(body));
        return denied.isEmpty()
                ? Future.succeededFuture()
                : Future.failedFuture(new ConsulRefusedException(
                        "Consul at %s: the token lacks permission for %s".formatted(config.address(), denied)));
    }

    private static String denied(JsonArray answers) {
        var denied = new StringBuilder();
        for (int i = 0; i < answers.size(); i++) {
            var answer = answers.getJsonObject(i);
            if (!answer.getBoolean("Allow", false)) {
                denied.append(denied.isEmpty() ? "" : ", ").append(answer.getString("Resource")).append(':')
                        .append(answer.getString("Access")).append(" on \"")
                        .append(answer.getString("Segment", "")).append('"');
            }
        }
        return denied.toString();
    }

    /** Names what is wrong with certificates; a connection that is merely refused or lost stays as it is. */
    private Throwable explain(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof SSLException) {
                return new ConsulRefusedException(
                        "Consul at %s: no agreement over TLS certificates: %s".formatted(config.address(),
                                at.getMessage()),
                        e);
            }
        }
        return e;
    }

    private static JsonObject resource(String kind, String name, String access) {
        return new JsonObject().put("Resource", kind).put("Segment", name).put("Access", access);
    }

    private ConsulClientOptions options() {
        var options = new ConsulClientOptions(new WebClientOptions().toJson())
                .setHost(config.host()).setPort(config.port())
                .setDefaultHost(config.host()).setDefaultPort(config.port())
                .setConnectTimeout(CONNECT_MILLIS);
        var tls = config.tls();
        if (tls.enabled()) {
            options.setSsl(true);
            if (!tls.ca().isEmpty()) {
                options.setTrustOptions(new PemTrustOptions().addCertPath(tls.ca()));
            }
            if (!tls.certificate().isEmpty()) {
                options.setKeyCertOptions(
                        new PemKeyCertOptions().setCertPath(tls.certificate()).setKeyPath(tls.key()));
            }
        }
        return options;
    }

    void close() {
        web.close();
    }
}
