// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A file that goes along with a question, as an input part: its modality is what the user said, its type what its name says. */
record Attachment(String modality, Path file) {
    /** Where the type's name is not the extension. */
    private static final Map<String, String> TYPES = Map.of("jpg", "jpeg", "mp3", "mpeg", "m4a", "mp4", "opus", "ogg",
            "mov",
            "quicktime");
    private static final Map<String, String> EXTENSIONS = Map.of("mpeg", "mp3", "jpeg", "jpg", "quicktime", "mov");

    /** In the shapes of OpenAI and vLLM; {@link IOException} if there is no such file. */
    Map<String, Object> part() throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": no such file");
        }
        var part = new LinkedHashMap<String, Object>();
        part.put("type", modality + "_url");
        part.put(modality + "_url", Map.of("url", "data:%s/%s;base64,%s".formatted(modality, subtype(),
                Base64.getEncoder().encodeToString(Files.readAllBytes(file)))));
        return part;
    }

    private String subtype() {
        var name = file.getFileName().toString();
        int dot = name.lastIndexOf('.');
        var extension = dot < 0 ? "octet-stream" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, extension);
    }

    /** What a file of this type is called at its end. */
    static String extension(String mimeType) {
        var subtype = mimeType.substring(mimeType.indexOf('/') + 1);
        return EXTENSIONS.getOrDefault(subtype, subtype);
    }
}
