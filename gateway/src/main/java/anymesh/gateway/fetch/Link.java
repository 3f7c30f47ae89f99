// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import anymesh.gateway.body.MediaForm;
import anymesh.v1.Modality;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A medium that a request has as a URL.
 *
 * @param maxBytes what it may have
 */
public record Link(Modality modality, WebUrl url, int maxBytes) {
    /** What stores of files say of those whose type nobody told them. */
    private static final Set<String> ANY = Set.of("application/octet-stream", "binary/octet-stream");

    /**
     * Whether a server's {@code Content-Type} may be that of such a medium. What the file is its bytes say; this is so that
     * nothing else of the web is even read.
     */
    boolean fits(String contentType) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        String family = type.split("/", 2)[0] + "/*";
        return ANY.contains(type) || types().contains(type) || types().contains(family);
    }

    /** What is asked for. */
    String accept() {
        return Stream.concat(types().stream().sorted(), Stream.of("*/*;q=0.1")).collect(Collectors.joining(", "));
    }

    private Set<String> types() {
        return MediaForm.of(modality).contentTypes();
    }
}
