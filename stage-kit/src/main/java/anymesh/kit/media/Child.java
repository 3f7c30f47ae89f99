// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import anymesh.wire.call.Registration;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A child process that works for a call: killed when the call ends, when it takes too long or too much of a processor, and when
 * it is closed. All that it says on stderr is read, so that a talkative one does not stop at a full pipe.
 */
final class Child implements AutoCloseable {
    /** The exit of one that was killed, from here or by the fence's limit of processor time: 128 and SIGKILL, as POSIX has it. */
    static final int KILLED = 128 + 9;
    /** The exits of what was to start a program and could not, the fence or the linker: found but not started, and not found. */
    private static final Set<Integer> NOT_STARTED = Set.of(126, 127);

    private static final Logger log = LoggerFactory.getLogger(Child.class);
    private static final Duration LOOK = Duration.ofMillis(25);
    private static final int MAX_COMPLAINT = 4096;
    /** Of the linker, about a library that stands in for another. */
    private static final String NO_COMPLAINT = "no version information available";

    private final Process process;
    private final long start = System.nanoTime();
    private final Registration cancellation;
    private final CompletableFuture<String> complaint;

    /**
     * Takes charge of a process that has just started.
     *
     * @param time          by the clock
     * @param processorTime of a processor
     * @param telling       the lines of stderr that say more than its first one does
     */
    Child(Process process, CallContext call, Duration time, Duration processorTime, Predicate<String> telling) {
        this.process = process;
        complaint = CompletableFuture.supplyAsync(() -> complaint(telling), Thread::startVirtualThread);
        long deadline = start + Math.min(time.toNanos(), call.remaining().toNanos());
        Thread.startVirtualThread(() -> guard(deadline, processorTime));
        cancellation = call.onCancel(process::destroyForcibly);
    }

    InputStream output() {
        return process.getInputStream();
    }

    /** Waits for its end, which comes too when nobody reads what it writes. */
    int exit() throws InterruptedException {
        return process.waitFor();
    }

    /** Throws {@link Overloaded} if what ended is not the program, which never began. */
    void checkStarted(CallContext call) throws InterruptedException {
        if (NOT_STARTED.contains(exit())) {
            throw notStarted(call, new IOException(complaint()));
        }
    }

    /**
     * What a child that can't be started is to a caller: there are no more processes, no more memory or no more open files to be
     * had on this machine, where one was seen to start when the stage did, and another one may have them.
     */
    static Overloaded notStarted(CallContext call, IOException why) {
        log.warn("requestId={} a child could not be started: {}", call.requestId(), why.getMessage());
        return new Overloaded("the stage can't start another process at present", why);
    }

    /** The first line of stderr that is telling, or the first one, or nothing; waits for its end. */
    String complaint() {
        return complaint.join();
    }

    /** How it ended, for logs; once it has. */
    @Override
    public String toString() {
        return "exit=%d after %d ms, complaint: %s".formatted(process.exitValue(),
                (System.nanoTime() - start) / 1_000_000, complaint());
    }

    @Override
    public void close() {
        cancellation.close();
        process.destroyForcibly();
    }

    private void guard(long deadline, Duration processorTime) {
        try {
            while (!process.waitFor(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                var used = process.info().totalCpuDuration().orElse(Duration.ZERO);
                if (System.nanoTime() - deadline > 0 || used.compareTo(processorTime) > 0) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private String complaint(Predicate<String> telling) {
        var told = "";
        try (var lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line; (line = lines.readLine()) != null;) {
                boolean tells = telling.test(line) && !telling.test(told);
                if (tells || (told.isBlank() && !line.contains(NO_COMPLAINT))) {
                    told = line;
                }
            }
        } catch (IOException e) {
            // The child was killed while it spoke.
        }
        return told.isBlank() ? "" : told.substring(0, Math.min(told.length(), MAX_COMPLAINT));
    }
}
