// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import anymesh.kit.store.Document;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Consul's keys and sessions over its HTTP API; every key lies below {@code anymesh/}. Not by Vert.x' client for Consul,
 * which does not tell the index of an empty list: following one would ask again and again without a pause.
 */
final class ConsulKeys implements AutoCloseable {
    static final String ROOT = "anymesh/";
    private static final String KEYS = "/v1/kv/" + ROOT;
    private static final int NOT_FOUND = 404;
    /** For how long nobody gets the lock of a session that ended with it: its holder may not know yet. */
    static final int LOCK_DELAY_SECONDS = 1;
    private static final long CALL_MILLIS = ConsulAccess.CALL_MILLIS;

    private final ConsulConfig config;
    private final WebClient web;

    ConsulKeys(ConsulConfig config, WebClient web) {
        this.config = config;
        this.web = web;
    }

    /** What lay below a prefix when Consul's index stood here. */
    record Listing(List<Document> documents, long index) {}

    Future<Optional<Document>> get(String name) {
        return find(name).map(found -> found.map(ConsulKeys::document));
    }

    /** What is written there, if a session has it. */
    Future<Optional<String>> held(String name) {
        return find(name)
                .map(found -> found.filter(key -> key.containsKey("Session")).map(key -> document(key).text()));
    }

    private Future<Optional<JsonObject>> find(String name) {
        return send(web.get(KEYS + Document.requireName(name))).map(response -> found(response).findFirst());
    }

    /** Answers at once if the index is 0 or not the present one, else at the next change or after the wait. */
    Future<Listing> list(String prefix, long index, int waitSeconds, long timeoutMillis) {
        var request = web.get(KEYS + prefix).addQueryParam("recurse", "true")
                .addQueryParam("index", String.valueOf(index)).addQueryParam("wait", waitSeconds + "s");
        return send(request, timeoutMillis).map(response -> new Listing(
                found(response).map(ConsulKeys::document).toList(),
                Long.parseLong(response.getHeader("X-Consul-Index"))));
    }

    Future<Boolean> put(String name, String text, long version) {
        return truth(web.put(KEYS + Document.requireName(name)).addQueryParam("cas", String.valueOf(version)), text);
    }

    Future<Boolean> remove(String name, long version) {
        return truth(web.delete(KEYS + Document.requireName(name)).addQueryParam("cas", String.valueOf(version)), "");
    }

    /** Opens a session that ends by itself if it is not renewed for so long, and gives its id. */
    Future<String> openSession(String name, int ttlSeconds) {
        var session = new JsonObject().put("Name", name).put("TTL", ttlSeconds + "s")
                .put("LockDelay", LOCK_DELAY_SECONDS + "s")
                .put("Behavior", "release");
        return send(web.put("/v1/session/create"), CALL_MILLIS, session.toBuffer())
                .map(response -> new JsonObject(body(response)).getString("ID"));
    }

    /** Whether the session was still there to be renewed. */
    Future<Boolean> renewSession(String id) {
        return send(web.put("/v1/session/renew/" + id)).map(response -> response.statusCode() != NOT_FOUND);
    }

    Future<Void> endSession(String id) {
        return send(web.put("/v1/session/destroy/" + id)).mapEmpty();
    }

    /** Writes the text if no other session has the key; says whether it did. */
    Future<Boolean> acquire(String name, String text, String session) {
        return truth(web.put(KEYS + Document.requireName(name)).addQueryParam("acquire", session), text);
    }

    Future<Boolean> release(String name, String session) {
        return truth(web.put(KEYS + Document.requireName(name)).addQueryParam("release", session), "");
    }

    private Future<Boolean> truth(HttpRequest<Buffer> request, String body) {
        return send(request, CALL_MILLIS, Buffer.buffer(body))
                .map(response -> body(response).equals("true"));
    }

    private Future<HttpResponse<Buffer>> send(HttpRequest<Buffer> request) {
        return send(request, CALL_MILLIS);
    }

    private Future<HttpResponse<Buffer>> send(HttpRequest<Buffer> request, long timeoutMillis) {
        return send(request, timeoutMillis, Buffer.buffer());
    }

    private Future<HttpResponse<Buffer>> send(HttpRequest<Buffer> request, long timeoutMillis, Buffer body) {
        request.putHeader("X-Consul-Token", config.readToken()).timeout(timeoutMillis);
        return request.sendBuffer(body).compose(response -> {
            int status = response.statusCode();
            return status == 200 || status == NOT_FOUND
                    ? Future.succeededFuture(response)
                    : Future.failedFuture(ConsulAccess.refusal(config, response));
        });
    }

    private static String body(HttpResponse<Buffer> response) {
        return String.valueOf(response.bodyAsString()).strip();
    }

    private static Stream<JsonObject> found(HttpResponse<Buffer> response) {
        return response.statusCode() == NOT_FOUND
                ? Stream.empty()
                : new JsonArray(body(response)).stream().map(JsonObject.class::cast);
    }

    private static Document document(JsonObject key) {
        var value = key.getString("Value"); // null where it is empty
        return new Document(key.getString("Key").substring(ROOT.length()),
                value == null ? "" : new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8),
                key.getLong("ModifyIndex"));
    }

    @Override
    public void close() {
        web.close();
    }
}
