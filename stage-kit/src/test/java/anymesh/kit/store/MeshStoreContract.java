// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.testing.PatientWaits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store does. Folders are used once, as a store may outlive a test. */
public abstract class MeshStoreContract {
    private static final Duration SOON = PatientWaits.PATIENCE;
    private static int folders;

    private final String folder = "replicas/test-" + folders++ + "/";
    private MeshStore store;

    /** A store that may be read and written below {@code replicas/}; all that are opened are the same one. */
    protected abstract MeshStore open();

    @BeforeEach
    final void begin() {
        store = open();
    }

    @AfterEach
    final void end() {
        store.close();
    }

    private Document document(String name) {
        return Futures.join(store.get(folder + name)).orElseThrow();
    }

    private boolean put(String name, String text, long version) {
        return Futures.join(store.put(folder + name, text, version));
    }

    private static List<String> texts(List<Document> documents) {
        return documents.stream().map(Document::text).toList();
    }

    @Test
    void whatWasWrittenIsThereAsItWas() {
        assertThat(Futures.join(store.get(folder + "backbone"))).isEmpty();
        assertThat(put("backbone", "{\"wanted\":1,\"für\":\"ä ✓\"}", Document.ABSENT)).isTrue();
        var written = document("backbone");
        assertThat(written.name()).isEqualTo(folder + "backbone");
        assertThat(written.text()).isEqualTo("{\"wanted\":1,\"für\":\"ä ✓\"}");
        assertThat(written.version()).isPositive();
        assertThat(put("empty", "", Document.ABSENT)).isTrue();
        assertThat(document("empty").text()).isEmpty();
    }

    @Test
    void onlyWhoKnowsThePresentVersionReplacesIt() {
        assertThat(put("a", "one", Document.ABSENT)).isTrue();
        assertThat(put("a", "two", Document.ABSENT)).as("it is there already").isFalse();
        var first = document("a");
        assertThat(put("a", "two", first.version())).isTrue();
        assertThat(put("a", "three", first.version())).as("somebody was quicker").isFalse();
        var second = document("a");
        assertThat(second.text()).isEqualTo("two");
        assertThat(second.version()).isGreaterThan(first.version());
        assertThat(put("b", "x", second.version())).as("a version of what is not there").isFalse();
    }

    @Test
    void ofManyWhoReplaceTheSameVersionOneDoes() throws Exception {
        put("a", "0", Document.ABSENT);
        long version = document("a").version();
        var writes = new ArrayList<Callable<Boolean>>();
        for (int i = 1; i <= 8; i++) {
            var text = String.valueOf(i);
            writes.add(() -> put("a", text, version));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var done = new ArrayList<Boolean>();
            for (var write : threads.invokeAll(writes)) {
                done.add(write.get());
            }
            assertThat(done).containsOnlyOnce(true);
        }
    }

    @Test
    void onlyThePresentVersionIsTakenOut() {
        put("a", "one", Document.ABSENT);
        long version = document("a").version();
        assertThat(Futures.join(store.remove(folder + "a", Document.ABSENT))).isFalse();
        assertThat(Futures.join(store.remove(folder + "a", version + 1))).isFalse();
        assertThat(document("a").text()).isEqualTo("one");
        assertThat(Futures.join(store.remove(folder + "a", version))).isTrue();
        assertThat(Futures.join(store.get(folder + "a"))).isEmpty();
        assertThat(put("a", "again", version)).as("its versions are not used again").isFalse();
        assertThat(put("a", "again", Document.ABSENT)).isTrue();
        assertThat(document("a").version()).isGreaterThan(version);
    }

    @Test
    void theListIsOfThePrefixInTheOrderOfNames() {
        put("b", "2", Document.ABSENT);
        put("a", "1", Document.ABSENT);
        put("c/d", "3", Document.ABSENT);
        assertThat(texts(Futures.join(store.list(folder)))).containsExactly("1", "2", "3");
        assertThat(texts(Futures.join(store.list(folder + "c")))).containsExactly("3");
        assertThat(Futures.join(store.list(folder + "nothing"))).isEmpty();
    }

    @Test
    void aListenerIsToldWhatIsThereAndEveryChangeUntilItLeaves() {
        var told = new CopyOnWriteArrayList<List<Document>>();
        var registration = store.watch(folder, told::add);
        await().atMost(SOON).untilAsserted(() -> assertThat(told).containsExactly(List.of()));
        put("a", "1", Document.ABSENT);
        await().atMost(SOON).until(() -> texts(told.getLast()).equals(List.of("1")));
        put("a", "2", document("a").version());
        await().atMost(SOON).until(() -> texts(told.getLast()).equals(List.of("2")));
        Futures.join(store.remove(folder + "a", document("a").version()));
        await().atMost(SOON).until(() -> told.getLast().isEmpty());
        registration.close();
        int before = told.size();
        put("a", "3", Document.ABSENT);
        assertThat(told).hasSize(before);
    }

    @Test
    void aChangeByOneProcessIsSeenByAnother() {
        var told = new CopyOnWriteArrayList<List<Document>>();
        try (var _ = store.watch(folder, told::add)) {
            try (var other = open()) {
                Futures.join(other.put(folder + "a", "from elsewhere", Document.ABSENT));
                await().atMost(SOON).until(() -> !told.isEmpty() && !told.getLast().isEmpty());
                assertThat(texts(told.getLast())).containsExactly("from elsewhere");
            }
        }
    }

    @Test
    void whatIsNoNameIsRefused() {
        for (var name : List.of("", "/a", "a/", "a b", "a?raw", "../a/..//")) {
            assertThatThrownBy(() -> Document.requireName(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
