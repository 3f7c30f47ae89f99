// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A long string that was left where it stands in a body, whose syntax has been checked. */
public final class JsonString implements Characters {
    /** Jackson collects two bytes a character, joins them, and makes a String, which may have two bytes each again. */
    private static final int WHILE_READ = 7;
    /** The String, and its copy on the way to the backbone. */
    static final int AS_TEXT = 3;

    private final BodyBytes body;
    private final int from;
    private final int to;
    private final Room room;

    JsonString(BodyBytes body, int from, int to, Room room) {
        this.body = body;
        this.from = from;
        this.to = to;
        this.room = room;
    }

    @Override
    public int atMost() {
        return to - from;
    }

    @Override
    public Room room() {
        return room;
    }

    @Override
    public InputStream bytes() {
        return new Unescaped(body.stream(from, to));
    }

    /** All of it as a String. */
    public String text() {
        long whileRead = (long) WHILE_READ * atMost();
        room.hold(whileRead);
        try (JsonParser json = JsonTree.FACTORY.createParser(body.stream(from - 1, to + 1))) {
            json.nextToken();
            String text = json.getText();
            room.release(whileRead - (long) AS_TEXT * text.length());
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("the string was checked when the body was parsed", e);
        }
    }

    /** Its size, for messages; a long one is not read for that. */
    @Override
    public String toString() {
        return "a string of " + atMost() + " bytes";
    }
}
