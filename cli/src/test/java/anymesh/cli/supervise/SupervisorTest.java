// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** With real processes of {@code sh}. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class SupervisorTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Supervisor supervisor = new Supervisor(
            new Backoff(Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofMinutes(1)), events::add);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        supervisor.close();
    }

    @Test
    void aKilledProcessComesBackAndItIsSaid() {
        start("one", "exec sleep 600");
        var ended = new CopyOnWriteArrayList<String>();
        supervisor.onEnd(ended::add);
        long before = pid("one");
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        await().atMost(SOON).until(() -> pid("one") != before && pid("one") != 0);
        assertThat(ended).containsExactly("one");
        assertThat(events).singleElement().asString().startsWith("one ended with 137");
        assertThat(supervisor.statuses().getFirst().failures()).isEqualTo(1);
    }

    @Test
    void aProcessThatHangsIsKilledAndComesBack() {
        start("one", "trap '' TERM; kill -STOP $$");
        long before = pid("one");
        supervisor.kill("one");
        await().atMost(SOON).until(() -> pid("one") != before && pid("one") != 0);
        assertThat(events).singleElement().asString().startsWith("one ended with 137");
        supervisor.kill("another"); // which is not there
        assertThat(supervisor.statuses()).hasSize(1);
    }

    @Test
    void aProcessThatKeepsEndingIsStartedAgainAndAgainWithPauses() {
        start("one", "echo started; exit 3");
        await().atMost(SOON).until(() -> events.size() >= 4);
        assertThat(events).allMatch(event -> event.startsWith("one ended with 3"));
        assertThat(events.get(0)).contains("again in 50 ms");
        assertThat(events.get(1)).contains("again in 100 ms");
        assertThat(events.get(3)).contains("again in 200 ms");
        assertThat(folder.resolve("one.log")).content().contains("started\nstarted");
    }

    @Test
    void aStoppedProcessEndsInOrderAndStaysAway() throws Exception {
        start("one", "trap 'echo bye; exit 0' TERM; echo ready; while true; do sleep 0.1; done");
        await().atMost(SOON).untilAsserted(() -> assertThat(folder.resolve("one.log")).content().contains("ready"));
        long pid = pid("one");
        supervisor.stop("one", PATIENCE).get(30, TimeUnit.SECONDS);
        assertThat(folder.resolve("one.log")).content().contains("bye");
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        assertThat(supervisor.statuses()).isEmpty();
        assertThat(events).isEmpty();
    }

    @Test
    void onlyAProcessThatDoesNotGoIsKilled() throws Exception {
        start("one", "trap '' TERM; echo ready; while true; do sleep 0.1; done");
        await().atMost(SOON).untilAsserted(() -> assertThat(folder.resolve("one.log")).content().contains("ready"));
        supervisor.stop("one", Duration.ofMillis(200)).get(30, TimeUnit.SECONDS);
        assertThat(supervisor.statuses()).isEmpty();
    }

    @Test
    void oneThatHasLittleTimeLeftAfterAllIsKilledSooner() throws Exception {
        start("one", "trap '' TERM; echo ready; while true; do sleep 0.1; done");
        await().atMost(SOON).untilAsserted(() -> assertThat(folder.resolve("one.log")).content().contains("ready"));
        var patient = supervisor.stop("one", Duration.ofHours(1));
        supervisor.stop("one", Duration.ofMillis(200)).get(30, TimeUnit.SECONDS);
        patient.get(30, TimeUnit.SECONDS);
    }

    @Test
    void oneThatWaitsForItsNextStartCanBeStopped() throws Exception {
        start("one", "exit 1");
        await().atMost(SOON).until(() -> events.size() >= 2);
        supervisor.stop("one", PATIENCE).get(30, TimeUnit.SECONDS);
        int before = events.size();
        assertThat(supervisor.statuses()).isEmpty();
        start("two", "exit 1");
        await().atMost(SOON).until(() -> events.stream().filter(event -> event.startsWith("two")).count() >= 4);
        assertThat(events.stream().filter(event -> event.startsWith("one")).count()).isEqualTo(before);
    }

    @Test
    void aCommandThatDoesNotExistIsTold() {
        supervisor.start(new ProcessSpec("one", List.of(folder.resolve("none").toString()), Map.of(), folder,
                folder.resolve("one.log"))).join();
        await().atMost(SOON).until(() -> !events.isEmpty());
        assertThat(events.getFirst()).startsWith("one ended with 127");
    }

    @Test
    void aNameIsGivenOnce() {
        start("one", "exec sleep 600");
        assertThatThrownBy(() -> start("one", "exec sleep 600")).hasMessageContaining("one is there already");
    }

    @Test
    void whoGoesTakesEverybodyAlong() {
        start("one", "exec sleep 600");
        start("two", "exec sleep 600");
        var pids = List.of(pid("one"), pid("two"));
        supervisor.close();
        assertThat(pids).allMatch(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private void start(String id, String script) {
        supervisor.start(new ProcessSpec(id, List.of("/bin/sh", "-c", script), Map.of(), folder,
                folder.resolve(id + ".log"))).join();
    }

    private long pid(String id) {
        return supervisor.statuses().stream().filter(status -> status.id().equals(id)).findFirst().orElseThrow().state()
                .pidOrZero();
    }
}
