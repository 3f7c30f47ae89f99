// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import java.nio.file.NoSuchFileException;
import java.util.regex.Pattern;

/** What a file may be called: {@code FOLDER/FILE}. Names are made of ids that callers may have sent, and none leads elsewhere. */
final class MediaName {
    private static final Pattern NAME = Pattern.compile("(?!\\.)[\\w.+-]+/(?!\\.)[\\w.+-]+");

    private MediaName() {}

    static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }

    /** The name itself; {@link NoSuchFileException} if no file can be called so. */
    static String checked(String name) throws NoSuchFileException {
        if (!isOne(name)) {
            throw new NoSuchFileException(name);
        }
        return name;
    }
}
