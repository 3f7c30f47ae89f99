// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.kit.server.Futures;
import io.netty.pkitesting.CertificateBuilder;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A web of public hosts, all of them one server on loopback with a certificate for some of them. Who fetches from it has every
 * check that there is; only the last step is another: a public address is connected to at the server's door.
 */
public final class TestingWeb implements AutoCloseable {
    /** Hosts that the certificate is for, at this address. */
    public static final String HOST = "pictures.example.org";
    static final String OTHER_HOST = "other.example.net";
    static final String ADDRESS = "93.184.216.34";
    static final String IPV6 = "2606:2800:21f::1";
    /** A host that it is not for. */
    static final String STRANGER = "stranger.example.org";
    /** An address where nobody listens. */
    static final String NOBODY = "93.184.216.35";

    final List<String> lookedUp = new CopyOnWriteArrayList<>();
    /** What came, and under which name. */
    public final List<HttpServerRequest> requests = new CopyOnWriteArrayList<>();
    final List<String> names = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    public final AtomicInteger open = new AtomicInteger();

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Queue<List<String>>> hosts = new ConcurrentHashMap<>();
    private final PemTrustOptions trust;
    private final HttpServer server;
    private volatile Handler<HttpServerRequest> handler = request -> request.response().setStatusCode(404).end();

    public TestingWeb() {
        try {
            var root = new CertificateBuilder().subject("CN=test authority").setIsCertificateAuthority(true)
                    .buildSelfSigned();
            var issued = new CertificateBuilder().subject("CN=web").addSanDnsName(HOST).addSanDnsName(OTHER_HOST)
                    .addSanIpAddress(ADDRESS).addSanIpAddress(IPV6).buildIssuedBy(root);
            trust = new PemTrustOptions().addCertValue(Buffer.buffer(root.getCertificatePEM()));
            server = vertx
                    .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0)
                            .setMaxInitialLineLength(WebUrl.MAX_LENGTH).setSsl(true)
                            .setSni(true).setKeyCertOptions(new PemKeyCertOptions()
                                    .addCertValue(Buffer.buffer(issued.getCertificatePEM()))
                                    .addKeyValue(Buffer.buffer(issued.getPrivateKeyPEM()))))
                    .connectionHandler(connection -> {
                        opened.incrementAndGet();
                        open.incrementAndGet();
                        names.add(String.valueOf(connection.indicatedServerName()));
                        connection.closeHandler(_ -> open.decrementAndGet());
                    })
                    .requestHandler(request -> {
                        requests.add(request);
                        handler.handle(request);
                    });
            Futures.join(server.listen());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        host(HOST, ADDRESS);
        host(OTHER_HOST, ADDRESS);
        host(STRANGER, ADDRESS);
    }

    /** The addresses of a host from now on, each time it is asked for. */
    void host(String name, String... addresses) {
        hosts.put(name, new ArrayDeque<>(List.of(List.of(addresses))));
    }

    /** The same, but others when it is asked for again. */
    void hostThatChanges(String name, String first, String then) {
        hosts.put(name, new ArrayDeque<>(List.of(List.of(first), List.of(then))));
    }

    /** How many connections there were. */
    public int opened() {
        return opened.get();
    }

    /** How it answers from now on. */
    public void answer(Handler<HttpServerRequest> how) {
        handler = how;
    }

    /** It has this file of this type under every URL. */
    public void serve(String type, String file) {
        answer(request -> request.response().putHeader("content-type", type).end(file));
    }

    /** Fetches from this web. */
    public Fetcher fetcher(Vertx of, FetchConfig config) {
        return fetcher(of, config, new HttpClientOptions().setTrustOptions(trust));
    }

    Fetcher fetcher(Vertx of, FetchConfig config, HttpClientOptions options) {
        return new Fetcher(of, config, this::lookUp, this::door, options, () -> {});
    }

    private SocketAddress door(PublicAddress address) {
        return SocketAddress.inetSocketAddress(address.toString().equals(NOBODY) ? 1 : server.actualPort(),
                "127.0.0.1");
    }

    private Future<List<InetAddress>> lookUp(String name) {
        lookedUp.add(name);
        var answers = hosts.get(name);
        if (answers == null) {
            return Future.failedFuture(new UnknownHostException(name));
        }
        synchronized (answers) {
            var answer = answers.size() > 1 ? answers.remove() : answers.element();
            return answer.isEmpty() ? Future.future(_ -> {}) : Future.succeededFuture(parse(answer));
        }
    }

    private static List<InetAddress> parse(List<String> texts) {
        var addresses = new ArrayList<InetAddress>();
        for (String text : texts) {
            try {
                addresses.add(InetAddress.getByName(text));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(e);
            }
        }
        return addresses;
    }

    @Override
    public void close() {
        Futures.join(vertx.close());
    }
}
