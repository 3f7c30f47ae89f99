// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.EncodedBytes;
import anymesh.gateway.body.Room;
import anymesh.gateway.fetch.FetchConfig;
import anymesh.gateway.fetch.FetchFailed;
import anymesh.gateway.fetch.Fetcher;
import anymesh.gateway.fetch.Link;
import anymesh.gateway.fetch.WebUrl;
import anymesh.v1.Modality;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The media that a request has as URLs of the web, or by the ids of files that are kept here. Such a request is read twice: first
 * these are noted, when nothing else may become of what was read; then they are fetched; and then each stands for what it brought.
 * So all that is wrong in a request is said before anybody is asked for its files, and whoever reads media need not know that some
 * have to be waited for.
 *
 * <p>Used by one thread after the other.
 */
final class Links {
    /** No URLs are fetched, and no files are kept. */
    static final Links REFUSED = new Links(false, null, Room.UNBOUNDED);

    /** Where a medium is. */
    private sealed interface Source {
        record Web(Link link) implements Source {}

        record Kept(String id, int maxBytes) implements Source {}
    }

    private final boolean isOn;
    private final @Nullable CallersFiles kept;
    private final Room room;
    /** Each once, and where it stands first. */
    private final Map<Source, String> params = new LinkedHashMap<>();
    private final Map<Source, BodyBytes> files = new LinkedHashMap<>();
    private boolean areFetched;

    private Links(boolean isOn, @Nullable CallersFiles kept, Room room) {
        this.isOn = isOn;
        this.kept = kept;
        this.room = room;
    }

    /** The links of a request that nobody has read yet, whose media count in this room. */
    static Links of(Fetcher fetcher, CallersFiles kept, Room room) {
        return new Links(fetcher.isOn(), kept.isOn() ? kept : null, room);
    }

    /** Whether URLs are fetched. */
    boolean isOn() {
        return isOn;
    }

    /** Whether there is nothing to fetch. */
    boolean isEmpty() {
        return params.isEmpty();
    }

    /** What the URL in a field brought; nothing as long as it has not been fetched. */
    ByteString bytes(Modality modality, int maxBytes, Fields holder, String name) {
        return bytes(new Source.Web(new Link(modality, url(holder, name), maxBytes)), holder.param(name));
    }

    /** What the file has whose id is in a field; nothing as long as it has not been fetched. */
    ByteString kept(int maxBytes, Fields holder, String name) {
        if (kept == null) {
            throw holder.invalid(name, "Invalid '%s': no files are kept here, as jobs.kind is NONE in this gateway's "
                    + "configuration; send the media themselves.");
        }
        return bytes(new Source.Kept(holder.requiredString(name), maxBytes), holder.param(name));
    }

    private ByteString bytes(Source source, String param) {
        var file = files.get(source);
        if (file == null) {
            if (areFetched) {
                throw new IllegalStateException(source + " was not there when the request was read first");
            }
            params.putIfAbsent(source, param);
            return ByteString.EMPTY;
        }
        try {
            return EncodedBytes.ofPlain(file.stream(), file.size(), file.size(), room);
        } catch (IOException e) {
            throw new UncheckedIOException("there are as many bytes as there are", e);
        }
    }

    private static WebUrl url(Fields holder, String name) {
        try {
            if (holder.characters(name).atMost() > 3 * WebUrl.MAX_LENGTH) { // and a text is not even made of it
                throw FetchFailed.tooLong();
            }
            return WebUrl.parse(holder.requiredString(name));
        } catch (FetchFailed e) {
            throw refused(e, holder.param(name));
        }
    }

    private static InvalidInput refused(FetchFailed e, String param) {
        return new InvalidInput("Invalid '" + param + "': " + e.getMessage(), param);
    }

    /** Fetches all; to be called on the request's event loop. The first that fails ends the others. */
    Future<?> fetch(Fetcher fetcher, int bodyBytes, int maxBodyBytes, CallContext call) {
        var part = call.part(null);
        var tie = call.onCancel(part::cancel);
        var rest = FetchRoom.beside(bodyBytes, maxBodyBytes, room);
        var waiting = new ArrayDeque<>(params.keySet());
        var lanes = Stream.generate(() -> next(waiting, fetcher, rest, part)).limit(FetchConfig.OF_ONE_REQUEST)
                .toList();
        return Future.all(lanes).onSuccess(_ -> areFetched = true).onComplete(_ -> {
            tie.close();
            part.cancel();
        });
    }

    private Future<?> next(Queue<Source> waiting, Fetcher fetcher, Room rest, CallContext call) {
        Source source = waiting.poll();
        if (source == null) {
            return Future.succeededFuture();
        }
        if (call.isCancelled()) {
            return Future.failedFuture(call.ended());
        }
        return read(source, fetcher, rest, call).compose(file -> {
            files.put(source, file);
            return next(waiting, fetcher, rest, call);
        });
    }

    private Future<BodyBytes> read(Source source, Fetcher fetcher, Room rest, CallContext call) {
        String param = params.getOrDefault(source, "");
        return switch (source) {
            case Source.Web(Link link) -> fetcher.fetch(link, rest, call).recover(e -> Future.failedFuture(
                    e instanceof FetchFailed failed ? refused(failed, param) : e));
            case Source.Kept(String id, int maxBytes) ->
                Objects.requireNonNull(kept).read(id, maxBytes, param, rest);
        };
    }

    /** Nobody reads the files any more. */
    void release() {
        files.values().forEach(BodyBytes::release);
    }
}
