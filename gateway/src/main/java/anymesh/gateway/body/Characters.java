// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A string of a body as the UTF-8 bytes of its characters, to be read without making a {@code String} of it. */
public sealed interface Characters permits JsonString, Characters.Plain {

    /** The bytes, from the first one. */
    InputStream bytes();

    /** As many bytes as there may be. */
    int atMost();

    /** What is made of the string counts here. */
    Room room();

    /** One that is a {@code String} already. */
    record Plain(String text) implements Characters {
        @Override
        public InputStream bytes() {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int atMost() {
            return 3 * text.length();
        }

        @Override
        public Room room() {
            return Room.UNBOUNDED; // the tree that holds it has counted enough for both
        }
    }
}
