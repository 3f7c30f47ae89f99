// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.call.CallContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file on its way, from its URL over as many others as it is redirected to. Each of them is read, looked up and checked as the
 * first one was, and the connection is to an address that was checked, under the name that was asked for. All of it runs on the
 * event loop that it was started on.
 */
final class Fetch {
    private static final Logger log = LoggerFactory.getLogger(Fetch.class);

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_TRIES = 3;

    private final Vertx vertx;
    private final FetchConfig config;
    private final Fetcher fetcher;
    private final Link link;
    private final CallContext call;
    private final int maxBytes;
    private final Context context;
    private final BodyBytes body;
    private final Promise<BodyBytes> result = Promise.promise();
    private int redirects;
    private @Nullable HttpClientRequest request;

    Fetch(Vertx vertx, FetchConfig config, Fetcher fetcher, Link link, Room room, CallContext call) {
        this.vertx = vertx;
        this.config = config;
        this.fetcher = fetcher;
        this.link = link;
        this.call = call;
        maxBytes = Math.min(link.maxBytes(), config.maxBytes());
        context = vertx.getOrCreateContext();
        body = new BodyBytes(room);
    }

    Future<BodyBytes> start() {
        long left = call.remaining().toMillis() + 1; // when the timer rings it is over indeed
        long millis = Math.max(1, Math.min(config.timeout().toMillis(), left));
        long timer = vertx.setTimer(millis, _ -> fail(call.isDone()
                ? call.ended()
                : new FetchFailed("it did not come within " + config.timeout().toMillis() + " ms.")));
        var gone = call.onCancel(() -> context.runOnContext(_ -> fail(call.ended())));
        go(link.url());
        return result.future().onComplete(_ -> {
            vertx.cancelTimer(timer);
            gone.close();
        });
    }

    private void go(WebUrl url) {
        addresses(url).onSuccess(addresses -> connect(url, addresses, 0)).onFailure(e -> {
            if (e instanceof FetchFailed || e instanceof UnknownHostException) {
                log.warn("requestId={} host={} is not fetched from: {}", call.requestId(), url.host(),
                        e.getMessage());
                fail(FetchFailed.notPublic());
            } else {
                fail(e);
            }
        });
    }

    /** Looks a host up, this once; fails if a single one of its addresses is not public. */
    private Future<List<PublicAddress>> addresses(WebUrl url) {
        if (!config.allows(url.host())) {
            return Future.failedFuture(new FetchFailed("fetch.hosts does not have it"));
        }
        Future<List<InetAddress>> found;
        try {
            found = url.address().map(address -> Future.succeededFuture(List.of(address)))
                    .orElseGet(() -> fetcher.lookup().addresses(url.host()));
        } catch (FetchFailed e) {
            return Future.failedFuture(e);
        }
        return found.map(addresses -> {
            var checked = new ArrayList<PublicAddress>();
            for (InetAddress address : addresses) {
                checked.add(PublicAddress.of(address).orElseThrow(
                        () -> new FetchFailed(address.getHostAddress() + " is not public")));
            }
            return checked;
        });
    }

    /** Connects to the first address that lets itself be. */
    private void connect(WebUrl url, List<PublicAddress> addresses, int at) {
        if (result.future().isComplete()) {
            return;
        }
        boolean isLast = at + 1 >= Math.min(addresses.size(), MAX_TRIES);
        long millis = config.timeout().toMillis();
        var options = new RequestOptions().setMethod(HttpMethod.GET).setServer(fetcher.door(addresses.get(at)))
                .setHost(url.host()).setPort(WebUrl.PORT).setSsl(true).setURI(url.target()).setFollowRedirects(false)
                .setConnectTimeout(isLast ? millis : Math.max(1, millis / MAX_TRIES));
        fetcher.client().request(options).onSuccess(connected -> ask(connected, url)).onFailure(e -> {
            if (isLast) {
                broken(url, e);
            } else {
                connect(url, addresses, at + 1);
            }
        });
    }

    private void ask(HttpClientRequest connected, WebUrl url) {
        if (result.future().isComplete()) {
            connected.reset();
            return;
        }
        request = connected;
        connected.putHeader(HttpHeaders.ACCEPT, link.accept()).putHeader(HttpHeaders.USER_AGENT, "anymesh");
        connected.send().onSuccess(response -> answered(response, url)).onFailure(e -> broken(url, e));
    }

    private void broken(WebUrl url, Throwable e) {
        if (!result.future().isComplete()) {
            log.info("requestId={} host={} could not be fetched from: {}", call.requestId(), url.host(),
                    String.valueOf(e.getMessage()));
            fail(new FetchFailed("the URL's server could not be asked, or broke off its answer."));
        }
    }

    private void answered(HttpClientResponse response, WebUrl url) {
        if (result.future().isComplete()) {
            return;
        }
        response.exceptionHandler(e -> {
            if (Objects.equals(request, response.request())) { // and it was not left for another
                broken(url, e);
            }
        });
        try {
            String location = response.getHeader(HttpHeaders.LOCATION);
            if (REDIRECTS.contains(response.statusCode()) && location != null) {
                leave(response.request()); // whatever else it says; the next one has a connection of its own
                redirect(url.resolve(location));
            } else {
                check(response);
                response.handler(this::add).endHandler(_ -> end(url));
            }
        } catch (FetchFailed e) {
            fail(e);
        }
    }

    private void leave(HttpClientRequest redirected) {
        request = null;
        redirected.reset();
    }

    private void redirect(WebUrl next) {
        if (++redirects > config.maxRedirects()) {
            throw new FetchFailed("the URL redirects more than " + config.maxRedirects() + " times.");
        }
        go(next);
    }

    /** What the head of an answer tells. */
    private void check(HttpClientResponse response) {
        if (response.statusCode() != 200) {
            throw new FetchFailed("the URL's server answered with status " + response.statusCode() + ".");
        }
        String type = response.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !link.fits(type)) {
            throw new FetchFailed("the URL's server does not say that it has the type of such a medium.");
        }
        String coding = response.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            throw new FetchFailed("the URL's server has packed it, which it was not asked for.");
        }
        String length = response.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > maxBytes) { // Netty has checked that it is a number
            throw tooLarge();
        }
    }

    private FetchFailed tooLarge() {
        return new FetchFailed("it has more than the " + maxBytes + " bytes that it may have.");
    }

    private void add(Buffer chunk) {
        if (result.future().isComplete()) {
            return;
        }
        if (chunk.length() > maxBytes - body.size()) {
            fail(tooLarge());
            return;
        }
        try {
            body.append(chunk.getBytes(), chunk.length());
        } catch (Throwable e) { // memory that ran out too: a file with a hole in it would be read as if it were whole
            fail(e);
        }
    }

    private void end(WebUrl url) {
        int bytes = body.size();
        if (bytes == 0) {
            fail(new FetchFailed("there is no data."));
        } else if (result.tryComplete(body)) {
            log.info("requestId={} host={} bytes={} fetched", call.requestId(), url.host(), bytes);
        }
    }

    private void fail(Throwable error) {
        if (!result.tryFail(error)) {
            return;
        }
        body.release();
        var open = request;
        if (open != null) {
            open.reset();
        }
    }
}
