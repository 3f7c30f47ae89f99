// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.files.FilePurpose;
import anymesh.gateway.files.NewFile;
import anymesh.gateway.files.StoredFile;
import anymesh.gateway.files.StoredFiles;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Hands out what was made under a URL, {@code /v1/media/ID}, and serves it to whoever has that: as with OpenAI's, its id is
 * all that it takes, since it is for browsers, which send no key.
 */
final class MediaUrls {
    static final String PATH = "/v1/media";
    private static final String ID = "id";
    private static final String PROTO = "x-forwarded-proto";
    private static final String HOST = "x-forwarded-host";
    /** What becomes a part of a URL; user and path can't be. */
    private static final Pattern AUTHORITY = Pattern.compile("([\\w.-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?");
    private static final Pattern SCHEME = Pattern.compile("https?");

    private final Generations generations;
    private final StoredFiles files;
    private final MediaUrlsConfig config;
    private final MediaContent content;

    MediaUrls(Generations generations, StoredFiles files, MediaUrlsConfig config) {
        this.generations = generations;
        this.files = files;
        this.config = config;
        content = new MediaContent(files.media());
    }

    /** Refuses a request that asks for URLs, in this field, where there are none. */
    void require(String param) {
        if (!files.isOn()) {
            throw new InvalidInput("Invalid '" + param + "': nothing is kept here under a URL, as jobs.kind is NONE in "
                    + "this gateway's configuration; expected 'b64_json'.", param);
        }
    }

    /** Puts media where all gateways find them; their URLs, in order. {@link InvalidInput} if its client can't be told where that is. */
    Future<List<String>> of(List<GeneratedMedia> media, Exchange exchange) {
        String base = base(exchange.http().request()) + PATH + "/";
        return Future.all(media.stream().map(one -> keep(one, exchange)).toList())
                .map(kept -> kept.<StoredFile>list().stream().map(file -> base + file.id()).toList());
    }

    private Future<StoredFile> keep(GeneratedMedia medium, Exchange exchange) {
        return files.keep(new NewFile(NewFile.newId(FilePurpose.HANDED_OUT), exchange.spending().caller().name(),
                FilePurpose.HANDED_OUT, "", medium.getMimeType(), config.keepFor()), medium.getData());
    }

    /** Where the client of a request reaches this gateway. */
    private String base(HttpServerRequest request) {
        if (!config.publicUrl().isEmpty()) {
            return config.publicUrl();
        }
        var host = forwarded(request, HOST, AUTHORITY)
                .or(() -> Optional.ofNullable(request.authority()).map(String::valueOf))
                .filter(authority -> AUTHORITY.matcher(authority).matches())
                .orElseThrow(() -> new InvalidInput(
                        "A URL can only be handed out to a request with a valid 'Host' header.", "Host"));
        return forwarded(request, PROTO, SCHEME).orElse(String.valueOf(request.scheme())) + "://" + host;
    }

    /** What the first of the proxies was asked, the one that is nearest to the client. */
    private Optional<String> forwarded(HttpServerRequest request, String header, Pattern valid) {
        String value = config.trustForwarded() ? request.getHeader(header) : null;
        if (value == null) {
            return Optional.empty();
        }
        String first = value.split(",", 2)[0].strip();
        if (!valid.matcher(first).matches()) {
            throw new InvalidInput("Invalid '" + header + "': '" + Fields.abbreviated(first) + "'.", header);
        }
        return Optional.of(first);
    }

    /** {@code GET /v1/media/ID}. */
    void get(RoutingContext http) {
        var id = String.valueOf(http.pathParam(ID));
        generations.serve(http, exchange -> files.handedOut(id).compose(found -> {
            var file = found
                    .orElseThrow(() -> new HttpRefusal(404, "There is nothing under this URL, or not any more."));
            return content.send(file.medium(), "private, max-age=" + secondsLeft(file), exchange);
        }));
    }

    private long secondsLeft(StoredFile file) {
        var end = file.expiresAt();
        return end == null ? 0 : Math.max(0, Duration.between(Instant.now(), end).toSeconds());
    }
}
