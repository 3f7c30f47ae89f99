// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class ComputeThreadTest {
    /** Of the calling thread; see proc(5), where it is the 19th field and the name, which may hold spaces, the second. */
    private static int niceness() throws IOException {
        var stat = Files.readString(Path.of("/proc/thread-self/stat"));
        var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Integer.parseInt(fields[16]);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void itGivesWayAndSoDoTheThreadsThatItStarts() throws Exception {
        int here = niceness();
        int there = ComputeThread.call("compute", ComputeThreadTest::niceness);
        int further = ComputeThread.call("compute", () -> {
            var nice = new int[1];
            var thread = Thread.ofPlatform().start(() -> {
                try {
                    nice[0] = niceness();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.join();
            return nice[0];
        });

        assertThat(there).isEqualTo(here + Niceness.STEPS);
        assertThat(further).isEqualTo(here + Niceness.STEPS);
        assertThat(niceness()).as("of who called").isEqualTo(here);
    }

    @Test
    void whatFailsFailsAsIfItHadBeenDoneHere() {
        var failure = new IOException("no file");
        assertThatThrownBy(() -> ComputeThread.call("compute", () -> {
            throw failure;
        })).isSameAs(failure);
        var error = new UnsatisfiedLinkError("no library");
        assertThatThrownBy(() -> ComputeThread.call("compute", () -> {
            throw error;
        })).isSameAs(error);
    }

    @Test
    void whoIsInterruptedWaitsAllTheSameAndIsInterruptedAfterwards() throws Exception {
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var answer = new String[1];
        var interrupted = new boolean[1];
        var caller = Thread.ofPlatform().start(() -> {
            try {
                answer[0] = ComputeThread.call("compute", () -> {
                    begun.countDown();
                    goOn.await();
                    return "done";
                });
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        begun.await();
        caller.interrupt();
        goOn.countDown();
        caller.join();

        assertThat(answer[0]).isEqualTo("done");
        assertThat(interrupted[0]).isTrue();
    }
}
