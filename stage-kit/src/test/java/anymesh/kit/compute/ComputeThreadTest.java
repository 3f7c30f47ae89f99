// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.testing.ThreadNiceness;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class ComputeThreadTest {
    @Test
    @EnabledOnOs(OS.LINUX)
    void itGivesWayAndSoDoTheThreadsThatItStarts() throws Exception {
        int here = ThreadNiceness.here();
        int there = ComputeThread.call("compute", ThreadNiceness::here);
        int further = ComputeThread.call("compute", () -> {
            var nice = new int[1];
            var thread = Thread.ofPlatform().start(() -> {
                try {
                    nice[0] = ThreadNiceness.here();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.join();
            return nice[0];
        });

        assertThat(there).isEqualTo(here + Niceness.STEPS);
        assertThat(further).isEqualTo(here + Niceness.STEPS);
        assertThat(ThreadNiceness.here()).as("of who called").isEqualTo(here);
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
