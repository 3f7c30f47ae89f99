// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.files.StoredFile;
import anymesh.gateway.jobs.Page;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Files as OpenAI's clients read them. */
final class FileJson {
    private FileJson() {}

    static ObjectNode of(StoredFile file) {
        var json = JsonNodeFactory.instance.objectNode();
        write(file, json);
        return json;
    }

    static ObjectNode of(Page<StoredFile> page) {
        return ListJson.of(page, StoredFile::id, FileJson::write);
    }

    static ObjectNode deleted(StoredFile file) {
        return JsonNodeFactory.instance.objectNode().put("id", file.id()).put("object", "file").put("deleted", true);
    }

    private static void write(StoredFile file, ObjectNode json) {
        var end = file.expiresAt();
        json.put("id", file.id()).put("object", "file").put("bytes", file.medium().bytes())
                .put("created_at", file.createdAt().getEpochSecond())
                .put("expires_at", end == null ? null : (Long) end.getEpochSecond()).put("filename", file.filename())
                .put("purpose", file.purpose().toString()).put("status", "processed");
    }
}
