// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.files.FileList;
import anymesh.gateway.files.StoredFile;
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

    static ObjectNode of(FileList list) {
        var json = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = json.putArray("data");
        var files = list.files();
        files.forEach(file -> write(file, data.addObject()));
        return json.put("first_id", files.isEmpty() ? null : files.getFirst().id())
                .put("last_id", files.isEmpty() ? null : files.getLast().id()).put("has_more", list.hasMore());
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
