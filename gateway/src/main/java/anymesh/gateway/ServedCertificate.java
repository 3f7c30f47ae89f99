// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.kit.config.Reloader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate of the API, read from its files again whenever they change: new connections get the new one, those that
 * stand stay. Files that don't fit are not taken, and what was read before goes on.
 */
final class ServedCertificate implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ServedCertificate.class);

    /** Both files as they were read. Compared by content: in a cluster files are links to links, whose dates say nothing. */
    private record Pair(Buffer certificate, Buffer key) {
        PemKeyCertOptions options() {
            return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
        }
    }

    private final Vertx vertx;
    private final HttpsConfig config;
    private Pair served;
    private @Nullable Pair seen;
    private @Nullable Reloader reloader;

    private ServedCertificate(Vertx vertx, HttpsConfig config, Pair served) {
        this.vertx = vertx;
        this.config = config;
        this.served = served;
    }

    /** Reads it if there is one; {@link IllegalArgumentException} if it can't be read. Blocks. */
    static @Nullable ServedCertificate open(Vertx vertx, HttpsConfig config) {
        if (!config.serves()) {
            return null;
        }
        try {
            return new ServedCertificate(vertx, config, read(config));
        } catch (IOException e) {
            throw new IllegalArgumentException("https: %s can't be read".formatted(e.getMessage()), e);
        }
    }

    private static Pair read(HttpsConfig config) throws IOException {
        return new Pair(Buffer.buffer(Files.readAllBytes(Path.of(config.certificate()))),
                Buffer.buffer(Files.readAllBytes(Path.of(config.key()))));
    }

    /** As a server is to be made with it. HTTP/1.1, as without TLS. */
    HttpServerOptions with(HttpServerOptions options) {
        return options.setSsl(true).setUseAlpn(false).setKeyCertOptions(served.options());
    }

    /** Has a server that was made so show the newest. */
    void follow(HttpServer server) {
        reloader = Reloader.start(vertx, config.reloadEvery(), "the certificate of https", () -> read(config),
                read -> take(read, server));
    }

    private Future<?> take(Pair read, HttpServer server) {
        // Twice the same: of two files that are written one after the other, one may be the old one still.
        boolean isSettled = read.equals(seen);
        seen = read;
        if (!isSettled || read.equals(served)) {
            return Future.succeededFuture();
        }
        return server.updateSSLOptions(new ServerSSLOptions().setUseAlpn(false).setKeyCertOptions(read.options()))
                .onSuccess(_ -> {
                    served = read;
                    log.info("https: the certificate was read again: {}", config.certificate());
                });
    }

    @Override
    public void close() {
        if (reloader != null) {
            reloader.close();
        }
    }
}
