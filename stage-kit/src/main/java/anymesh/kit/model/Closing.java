// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was opened on the way to something that needs several models: closed again, last first, if the rest can't be opened,
 * and otherwise by whoever owns the whole. Not thread-safe.
 */
public final class Closing implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Closing.class);

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    private Closing() {}

    /** Makes something of what it opens {@link #with} the closing; if that throws, what it had opened is closed. */
    public static <T> T opening(Function<Closing, T> open) {
        var closing = new Closing();
        try {
            return open.apply(closing);
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    /** To be closed with the rest. */
    public <T extends AutoCloseable> T with(T resource) {
        opened.push(resource);
        return resource;
    }

    /** Closes all of it, even where one can't be closed. */
    @Override
    public void close() {
        for (AutoCloseable resource; (resource = opened.poll()) != null;) {
            try {
                resource.close();
            } catch (Exception e) {
                log.error("{} could not be closed", resource, e);
            }
        }
    }
}
