// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.files.FilePurpose;
import anymesh.gateway.files.NewFile;
import anymesh.gateway.files.StoredFile;
import anymesh.gateway.files.StoredFiles;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/files} and what is below it: media that are sent once, and named by requests. */
final class FilesRoute {
    static final String PATH = "/v1/files";
    private static final String ID = "id";
    private static final String PURPOSE = "purpose";
    /** OpenAI's, both of them. */
    private static final int MAX_PAGE = 10_000;
    private static final String TYPE = "application/octet-stream";

    private final Generations generations;
    private final StoredFiles files;
    private final MediaContent content;

    FilesRoute(Generations generations, StoredFiles files) {
        this.generations = generations;
        this.files = files;
        content = new MediaContent(files.media());
    }

    void upload(RoutingContext http) {
        requireOn();
        generations.serve(http, FileUpload::read, (upload, exchange) -> {
            var name = upload.file().name();
            var file = new NewFile(NewFile.newId(upload.purpose()), exchange.spending().caller().name(),
                    upload.purpose(), name.isEmpty() ? "upload" : name, TYPE, upload.keepFor());
            return files.keep(file, upload.file().bytes()).compose(kept -> exchange.reply(FileJson.of(kept)));
        });
    }

    void list(RoutingContext http) {
        var query = ListQuery.of(http.request(), MAX_PAGE, MAX_PAGE);
        var purpose = purpose(http.request().getParam(PURPOSE));
        answer(http, files.list(Callers.whose(http), purpose, query.after(), query.limit(), query.isOldestFirst())
                .map(FileJson::of));
    }

    private static Optional<FilePurpose> purpose(@Nullable String name) {
        if (name == null) {
            return Optional.empty();
        }
        return Optional.of(FilePurpose.of(name).orElseThrow(() -> new InvalidInput(
                "Invalid 'purpose': '%s' is not supported; expected one of %s.".formatted(Fields.abbreviated(name),
                        FilePurpose.ofClients()),
                PURPOSE)));
    }

    void get(RoutingContext http) {
        answer(http, find(http).map(FileJson::of));
    }

    void delete(RoutingContext http) {
        var id = id(http);
        answer(http, files.delete(id, Callers.whose(http))
                .map(found -> FileJson.deleted(found.orElseThrow(() -> unknown(id)))));
    }

    /** As a file to be saved, whatever is in it: a browser that showed it here would take it for a page of this host's. */
    void content(RoutingContext http) {
        requireOn();
        generations.serve(http, exchange -> find(http).compose(file -> {
            http.response().putHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename*=UTF-8''"
                    + URLEncoder.encode(file.filename(), StandardCharsets.UTF_8).replace("+", "%20"));
            return content.send(file.medium(), "private", exchange);
        }));
    }

    private Future<StoredFile> find(RoutingContext http) {
        var id = id(http);
        return files.get(id, Callers.whose(http)).map(found -> found.orElseThrow(() -> unknown(id)));
    }

    private static String id(RoutingContext http) {
        return String.valueOf(http.pathParam(ID));
    }

    private static HttpRefusal unknown(String id) {
        return new HttpRefusal(404, "There is no file '" + Fields.abbreviated(id) + "'.");
    }

    private void answer(RoutingContext http, Future<ObjectNode> json) {
        requireOn();
        Json.replyWith(http.response(), json);
    }

    private void requireOn() {
        if (!files.isOn()) {
            throw new HttpRefusal(404,
                    "No files are kept here: jobs.kind is NONE in this gateway's configuration.");
        }
    }
}
