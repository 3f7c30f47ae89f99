// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code nice(2)} of the C library. Java's own priorities reach Linux only with {@code -XX:ThreadPriorityPolicy=1}, which warns at every
 * start of who is not root, though nobody has to be that to give way.
 */
final class Niceness {
    /** A third of the weight of other threads: a quarter of a core that one of them wants too. */
    static final int STEPS = 5;

    private static final Logger log = LoggerFactory.getLogger(Niceness.class);
    private static final Optional<MethodHandle> NICE = find();

    private Niceness() {}

    @SuppressWarnings("restricted") // it takes a number, and gives one
    private static Optional<MethodHandle> find() {
        // Elsewhere it is the niceness of the process, which those that answer share.
        if (!System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux")) {
            return Optional.empty();
        }
        var linker = Linker.nativeLinker();
        return linker.defaultLookup().find("nice").map(address -> linker.downcallHandle(address,
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
    }

    /** Lowers the calling thread's priority, for good, and that of the threads that it will start. */
    static void giveWay() {
        NICE.ifPresent(nice -> {
            try {
                int _ = (int) nice.invokeExact(STEPS);
            } catch (Throwable e) {
                log.warn("thread={} keeps its priority", Thread.currentThread().getName(), e);
            }
        });
    }
}
