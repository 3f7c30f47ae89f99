// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a file is kept for. */
public enum FilePurpose {
    /** Media for requests, in OpenAI's two words. */
    USER_DATA, VISION,
    /** Made here, and handed out under a URL to whoever has that. */
    HANDED_OUT;

    /** One that a client may give, by its name. */
    public static Optional<FilePurpose> of(String name) {
        return ofClients().stream().filter(purpose -> purpose.toString().equals(name)).findFirst();
    }

    /** Those that clients may give. */
    public static List<FilePurpose> ofClients() {
        return List.of(USER_DATA, VISION);
    }

    /** One that stands in the database. */
    static FilePurpose read(String name) {
        return Arrays.stream(values()).filter(purpose -> purpose.toString().equals(name)).findFirst().orElseThrow();
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
