// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import static anymesh.gateway.fetch.TestingWeb.HOST;
import static anymesh.gateway.fetch.TestingWeb.NOBODY;
import static anymesh.gateway.fetch.TestingWeb.OTHER_HOST;
import static anymesh.gateway.fetch.TestingWeb.STRANGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.kit.server.Futures;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.Overloaded;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Over real TLS on loopback, where public hosts are; see {@link TestingWeb}. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FetcherTest {
    private static final int MAX_BYTES = 1_000;
    private static final String URL = "https://" + HOST + "/a.png?secret=1";

    private final Vertx vertx = Vertx.vertx();
    private final TestingWeb web = new TestingWeb();
    private final Fetcher fetcher = web.fetcher(vertx, config(true, Duration.ofMinutes(1)));
    private final CallContext call = CallContext.start("a", null, Duration.ofMinutes(2));
    private final AtomicLong held = new AtomicLong();
    private final Room room = new Room() {
        @Override
        public void hold(long bytes) {
            held.addAndGet(bytes);
        }

        @Override
        public void release(long bytes) {
            held.addAndGet(-bytes);
        }
    };

    private static FetchConfig config(boolean enabled, Duration timeout, String... hosts) {
        return new FetchConfig(enabled, List.of(hosts), MAX_BYTES, timeout, 3, 4);
    }

    @AfterEach
    void close() {
        fetcher.close();
        web.close();
        Futures.join(vertx.close());
    }

    private Future<BodyBytes> begin(Fetcher by, Modality modality, String url, Room counted) {
        Promise<BodyBytes> fetched = Promise.promise();
        vertx.runOnContext(_ -> by.fetch(new Link(modality, WebUrl.parse(url), 2 * MAX_BYTES), counted, call)
                .onComplete(fetched));
        return fetched.future();
    }

    private String fetch(Fetcher by, Modality modality, String url) {
        var file = Futures.join(begin(by, modality, url, room));
        try {
            return new String(file.stream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            file.release();
        }
    }

    private String fetch(String url) {
        return fetch(fetcher, Modality.IMAGE, url);
    }

    private void refused(String url, String message) {
        assertThatThrownBy(() -> fetch(url)).isInstanceOf(FetchFailed.class).hasMessageContaining(message);
        Awaitility.await().until(() -> web.open.get() == 0);
        assertThat(held).hasValue(0);
    }

    @Test
    void aFileIsAskedForUnderItsNameAndWithNothingElse() {
        web.serve("image/png", "PIC");
        assertThat(fetch(URL)).isEqualTo("PIC");
        assertThat(held).hasValue(0);
        assertThat(web.lookedUp).containsExactly(HOST);
        assertThat(web.names).containsExactly(HOST);
        assertThat(web.requests).singleElement().satisfies(request -> {
            assertThat(request.uri()).isEqualTo("/a.png?secret=1");
            assertThat(request.headers().names()).containsExactlyInAnyOrder("accept", "user-agent", "host",
                    "connection");
            assertThat(request.getHeader("host")).isEqualTo(HOST);
        });
        Awaitility.await().until(() -> web.open.get() == 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {TestingWeb.ADDRESS, "[" + TestingWeb.IPV6 + "]"})
    void aPublicAddressIsAHostToo(String address) {
        web.serve("image/png", "PIC");
        assertThat(fetch("https://" + address + "/")).isEqualTo("PIC");
        assertThat(web.requests.getFirst().getHeader("host")).isEqualTo(address);
        assertThat(web.lookedUp).isEmpty();
    }

    @Test
    void whatItIsRedirectedToIsFetched() {
        web.answer(request -> {
            var response = request.response().putHeader("set-cookie", "a=b; Domain=example.org");
            switch (request.path()) {
                case "/a.png" -> response.setStatusCode(301).putHeader("location", "/b").end("moved");
                case "/b" -> response.setStatusCode(307).putHeader("location", "https://" + OTHER_HOST + "/c").end();
                default -> response.putHeader("content-type", "image/png").end("PIC");
            }
        });
        assertThat(fetch(URL)).isEqualTo("PIC");
        assertThat(web.names).containsExactly(HOST, HOST, OTHER_HOST);
        assertThat(web.requests).noneMatch(request -> request.headers().contains("cookie")
                || request.headers().contains("referer") || request.headers().contains("authorization"));
    }

    /** What a redirect leads to is looked at as what a client writes is. */
    @ParameterizedTest
    @CsvSource({"http://" + HOST + "/,expected an https URL", "https://intern.example.org/,no public address",
        "https://127.0.0.1/,no public address", "https://[::1]/,no public address", "//localhost/,no public address",
        "https://2130706433/,no public address", "https://metadata.example.org/,no public address",
        "https://nowhere.example.org/,no public address", "https://a:b@" + HOST + "/,a user or a password",
        "//" + HOST + ":8443/,no port but 443", "file:///etc/passwd,expected an https URL",
        "https://" + STRANGER + "/,could not be asked"})
    void aRedirectToWhatWouldNotBeFetchedIsNotFollowed(String location, String message) {
        web.host("intern.example.org", "10.1.2.3");
        web.host("metadata.example.org", "169.254.169.254");
        web.answer(request -> request.response().setStatusCode(302).putHeader("location", location).end());
        refused(URL, message);
        assertThat(web.requests).hasSize(1);
    }

    @Test
    void aLoopOfRedirectsEnds() {
        web.answer(request -> request.response().setStatusCode(302).putHeader("location", URL).end());
        refused(URL, "more than 3 times");
        assertThat(web.requests).hasSize(4);
    }

    @Test
    void aRedirectToNowhereIsNone() {
        web.answer(request -> request.response().setStatusCode(302).end());
        refused(URL, "status 302");
    }

    @Test
    void oneAddressThatIsNotPublicIsEnough() {
        web.host(HOST, TestingWeb.ADDRESS, "10.0.0.1");
        refused(URL, "no public address");
        web.host(HOST, TestingWeb.ADDRESS, "::1");
        refused(URL, "no public address");
        assertThat(web.opened()).isZero();
    }

    /** The message is the same whether there is such a host or not. */
    @Test
    void aHostThatIsNotThereLooksLikeOneThatIsNotPublic() {
        refused("https://nowhere.example.org/", FetchFailed.notPublic().getMessage());
    }

    /** A host that is public when it is checked, and is to be loopback when it is connected to. */
    @Test
    void aHostIsLookedUpOnceForAConnection() {
        web.serve("image/png", "PIC");
        web.hostThatChanges(HOST, TestingWeb.ADDRESS, "127.0.0.1");
        assertThat(fetch(URL)).isEqualTo("PIC");
        assertThat(web.lookedUp).hasSize(1);
        refused(URL, "no public address");
        assertThat(web.opened()).isEqualTo(1);
    }

    @Test
    void theNextAddressIsTriedWhereNobodyAnswers() {
        web.serve("image/png", "PIC");
        web.host(HOST, NOBODY, TestingWeb.ADDRESS);
        assertThat(fetch(URL)).isEqualTo("PIC");
        web.host(HOST, NOBODY);
        refused(URL, "could not be asked");
    }

    @Test
    void aCertificateForAnotherNameIsRefused() {
        web.serve("image/png", "PIC");
        refused("https://" + STRANGER + "/", "could not be asked");
        assertThat(web.requests).isEmpty();
    }

    @Test
    void aCertificateOfNobodysIsRefused() {
        try (var strict = web.fetcher(vertx, config(true, Duration.ofMinutes(1)), new HttpClientOptions())) {
            assertThatThrownBy(() -> fetch(strict, Modality.IMAGE, URL)).isInstanceOf(FetchFailed.class);
            assertThat(web.requests).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsTooLargeIsRefused(boolean announced) {
        web.answer(request -> {
            var response = request.response().putHeader("content-type", "image/png").setChunked(!announced);
            if (announced) {
                response.putHeader("content-length", "1001");
            }
            response.write("a".repeat(announced ? 1 : 1_001)); // and goes on
        });
        refused(URL, "1000 bytes");
        web.serve("image/png", "a".repeat(MAX_BYTES));
        assertThat(fetch(URL)).hasSize(MAX_BYTES);
    }

    @Test
    void aTrickleEndsInTime() {
        web.answer(request -> {
            request.response().putHeader("content-type", "image/png").setChunked(true);
            vertx.setPeriodic(10, timer -> {
                if (request.response().closed()) {
                    vertx.cancelTimer(timer);
                } else {
                    request.response().write("a");
                }
            });
        });
        hasty(URL);
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        web.answer(_ -> {});
        hasty(URL);
    }

    @Test
    void aNameServerThatSaysNothingIsGivenUp() {
        web.host(HOST);
        hasty(URL);
    }

    private void hasty(String url) {
        try (var hasty = web.fetcher(vertx, config(true, Duration.ofMillis(700)))) {
            assertThatThrownBy(() -> fetch(hasty, Modality.IMAGE, url)).isInstanceOf(FetchFailed.class)
                    .hasMessageContaining("700 ms");
            Awaitility.await().until(() -> web.open.get() == 0);
            assertThat(held).hasValue(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"IMAGE,image/png,true", "IMAGE,IMAGE/PNG; charset=a,true", "IMAGE,application/octet-stream,true",
        "IMAGE,binary/octet-stream,true", "IMAGE,text/html,false", "IMAGE,application/json,false",
        "IMAGE,video/mp4,false", "IMAGE,imagepng,false", "IMAGE,,false", "AUDIO,audio/wav,true", "AUDIO,video/mp4,true",
        "AUDIO,application/ogg,true", "AUDIO,image/png,false", "VIDEO,video/mp4,true", "VIDEO,image/gif,true",
        "VIDEO,image/png,false", "VIDEO,audio/wav,false"})
    void onlyTypesOfTheMediumAreTaken(Modality modality, String type, boolean taken) {
        web.answer(request -> {
            if (type != null) {
                request.response().putHeader("content-type", type);
            }
            request.response().end("PIC");
        });
        if (taken) {
            assertThat(fetch(fetcher, modality, URL)).isEqualTo("PIC");
        } else {
            assertThatThrownBy(() -> fetch(fetcher, modality, URL)).isInstanceOf(FetchFailed.class)
                    .hasMessageContaining("type");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 206, 304, 401, 404, 500})
    void onlyAWholeFileIsOne(int status) {
        web.answer(request -> request.response().setStatusCode(status).putHeader("content-type", "image/png")
                .putHeader("content-length", "0").end());
        refused(URL, "status " + status);
    }

    @Test
    void anEmptyAndAPackedFileAreRefused() {
        web.serve("image/png", "");
        refused(URL, "no data");
        web.answer(request -> request.response().putHeader("content-type", "image/png")
                .putHeader("content-encoding", "gzip").end("PIC"));
        refused(URL, "packed");
    }

    @Test
    void aFileThatIsCutOffIsNone() {
        web.answer(request -> {
            request.response().putHeader("content-type", "image/png").putHeader("content-length", "10").write("PIC");
            vertx.setTimer(100, _ -> request.connection().close());
        });
        refused(URL, "broke off");
    }

    @Test
    void nobodyIsAskedAnyMoreOnceTheClientHasGone() {
        web.answer(request -> request.response().putHeader("content-type", "image/png").setChunked(true).write("a"));
        var fetched = begin(fetcher, Modality.IMAGE, URL, room);
        Awaitility.await().until(() -> held.get() > 0);
        call.cancel();
        assertThatThrownBy(() -> Futures.join(fetched)).isInstanceOf(CancellationException.class);
        Awaitility.await().until(() -> web.open.get() == 0);
        assertThat(held).hasValue(0);
    }

    @Test
    void theTimeOfTheRequestIsTheFilesToo() {
        web.answer(_ -> {});
        var brief = CallContext.start("a", null, Duration.ofMillis(300));
        Promise<BodyBytes> fetched = Promise.promise();
        vertx.runOnContext(_ -> fetcher.fetch(new Link(Modality.IMAGE, WebUrl.parse(URL), 1), room, brief)
                .onComplete(fetched));
        assertThatThrownBy(() -> Futures.join(fetched.future())).isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void whatThereIsNoRoomForIsNotTaken() {
        web.serve("image/png", "PIC");
        var full = new Room() {
            @Override
            public void hold(long bytes) {
                throw new Overloaded("full");
            }

            @Override
            public void release(long bytes) {
                assertThat(bytes).isZero();
            }
        };
        assertThatThrownBy(() -> Futures.join(begin(fetcher, Modality.IMAGE, URL, full)))
                .isInstanceOf(Overloaded.class);
        Awaitility.await().until(() -> web.open.get() == 0);
    }

    @Test
    void moreThanItMayHaveUnderWayIsRefused() {
        var waiting = new ConcurrentLinkedQueue<HttpServerRequest>();
        web.answer(waiting::add);
        var first = Stream.generate(() -> begin(fetcher, Modality.IMAGE, URL, room)).limit(4).toList();
        Awaitility.await().until(() -> waiting.size() == 4);
        assertThatThrownBy(() -> fetch(URL)).isInstanceOf(Overloaded.class);
        waiting.forEach(request -> request.response().putHeader("content-type", "image/png").end("PIC"));
        first.forEach(Futures::join);
        web.serve("image/png", "PIC");
        assertThat(fetch(URL)).isEqualTo("PIC");
    }

    @Test
    void onlyHostsThatAreAllowedAreAsked() {
        web.serve("image/png", "PIC");
        try (var choosy = web.fetcher(vertx, config(true, Duration.ofMinutes(1), OTHER_HOST))) {
            assertThat(fetch(choosy, Modality.IMAGE, "https://" + OTHER_HOST + "/")).isEqualTo("PIC");
            assertThatThrownBy(() -> fetch(choosy, Modality.IMAGE, URL)).isInstanceOf(FetchFailed.class);
            assertThat(web.lookedUp).containsExactly(OTHER_HOST);
        }
    }

    @Test
    void nothingIsFetchedWhereItIsOff() {
        try (var off = web.fetcher(vertx, config(false, Duration.ofMinutes(1)))) {
            assertThatThrownBy(() -> fetch(off, Modality.IMAGE, URL)).isInstanceOf(FetchFailed.class);
            assertThat(web.lookedUp).isEmpty();
        }
    }

    /** As it is in production: loopback itself is not to be had by any name. */
    @ParameterizedTest
    @ValueSource(strings = {"https://127.0.0.1/", "https://[::1]/", "https://nowhere.invalid/"})
    void theMachinesOwnResolverIsCheckedToo(String url) {
        try (var open = Fetcher.open(vertx, config(true, Duration.ofMinutes(1)))) {
            assertThatThrownBy(() -> fetch(open, Modality.IMAGE, url)).isInstanceOf(FetchFailed.class);
        }
    }
}
