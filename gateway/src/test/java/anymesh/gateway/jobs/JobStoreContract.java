// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.database.Database;
import anymesh.kit.server.Futures;
import anymesh.wire.error.InvalidInput;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every database of jobs keeps to; two gateways look at it at once. */
abstract class JobStoreContract {
    static final Duration LONG = Duration.ofMinutes(5);
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final Duration SHORT = Duration.ofMillis(50);

    final Vertx vertx = Vertx.vertx();
    private Database one;
    private Database two;
    private JobStore here;
    private JobStore there;

    /** The same empty database, each time by a connection of its own. */
    abstract Database open() throws Exception;

    @BeforeEach
    void open2() throws Exception {
        one = open();
        two = open();
        here = new JobStore(one);
        there = new JobStore(two);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
        Futures.join(vertx.close());
    }

    static NewJob aJob(String prompt) {
        var order = new VideoOrder("toyworld", prompt, 7, null, 3, 1.5f, null, null, "alice");
        return new NewJob(NewJob.newId(), "", order, "64x64", "2", TRACE);
    }

    static JobRequest once() {
        return JobRequest.named("", UUID.randomUUID().toString(), "");
    }

    private static JobRequest said(String what, boolean isRetry) {
        return JobRequest.unnamed("alice", what, isRetry, System.nanoTime());
    }

    private VideoJob make(String prompt) {
        return join(here.create(aJob(prompt), once())).job();
    }

    private Optional<VideoJob> claim(JobStore by) {
        return join(by.claim("somebody", LONG));
    }

    static <T> T join(Future<T> future) {
        return Futures.join(future);
    }

    @Test
    void aJobIsSeenAsItWasMadeByEveryGateway() {
        var job = aJob("a bell");
        var made = join(here.create(job, once()));
        assertThat(made.isNew()).isTrue();
        var seen = join(there.get(job.id(), Whose.everybodys())).orElseThrow();
        assertThat(seen).isEqualTo(made.job());
        assertThat(seen.order()).isEqualTo(job.order());
        assertThat(seen.state()).isEqualTo(JobState.QUEUED);
        assertThat(seen.traceparent()).isEqualTo(TRACE);
        assertThat(List.of(seen.size(), seen.seconds())).containsExactly("64x64", "2");
        assertThat(Duration.between(seen.createdAt(), java.time.Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
        assertThat(join(there.get("video_other", Whose.everybodys()))).isEmpty();
    }

    @Test
    void jobsAreCountedByTheirStateAndTheOldestThatWaitsIsKnown() {
        assertThat(join(here.census())).isEqualTo(JobCensus.NONE);
        make("a bell");
        var deleted = make("a drum");
        make("a bird");
        join(here.fail(claim(here).orElseThrow().lease(), new JobError("a", "b"), LONG));
        join(here.delete(deleted.id(), Whose.everybodys()));
        await().untilAsserted(() -> {
            var census = join(there.census());
            assertThat(census.counts()).isEqualTo(Map.of(JobState.FAILED, 1L, JobState.QUEUED, 1L));
            assertThat(census.oldestWaiting()).isBetween(Duration.ofMillis(1), Duration.ofMinutes(1));
        });
        claim(here);
        assertThat(join(there.census()))
                .isEqualTo(new JobCensus(Map.of(JobState.FAILED, 1L, JobState.IN_PROGRESS, 1L), Duration.ZERO));
    }

    @Test
    void jobsOfOthersAreNotSeen() {
        var mine = ownedBy("a").id();
        var others = ownedBy("b").id();
        var me = Whose.of("a");

        assertThat(join(there.list(me, Optional.empty(), 10, true)).items()).extracting(VideoJob::id)
                .containsExactly(mine);
        assertThat(join(there.get(mine, me))).isPresent();
        assertThat(join(there.get(others, me))).isEmpty();
        assertThat(join(there.delete(others, me))).isEmpty();
        assertThat(join(there.get(others, Whose.of("b"))).orElseThrow().owner()).isEqualTo("b");
        assertThatThrownBy(() -> join(there.list(me, Optional.of(others), 10, true)))
                .as("not even that it exists").isInstanceOf(InvalidInput.class);
        assertThat(join(there.list(Whose.everybodys(), Optional.empty(), 10, true)).items()).hasSize(2);
    }

    private VideoJob ownedBy(String owner) {
        var job = aJob("a bell");
        return join(here.create(new NewJob(job.id(), owner, job.order(), job.size(), job.seconds(), TRACE), once()))
                .job();
    }

    @Test
    void theOldestJobIsBegunFirstAndByOneOnly() {
        var ids = IntStream.range(0, 3).mapToObj(i -> make("job " + i).id()).toList();
        assertThat(List.of(claim(here).orElseThrow().id(), claim(there).orElseThrow().id(),
                claim(here).orElseThrow().id())).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(claim(there)).isEmpty();
        assertThat(join(there.get(ids.getFirst(), Whose.everybodys())).orElseThrow().state())
                .isEqualTo(JobState.IN_PROGRESS);
    }

    @Test
    void ofManyWhoLookForJobsAtOnceEachJobIsOnes() throws Exception {
        var ids = IntStream.range(0, 30).mapToObj(i -> make("job " + i).id()).toList();
        var claimed = Collections.synchronizedList(new ArrayList<String>());
        atOnce(8, () -> {
            var by = Math.random() < 0.5 ? here : there;
            for (var job = claim(by); job.isPresent(); job = claim(by)) {
                claimed.add(job.get().id());
            }
            return null;
        });
        // One that finds the row of another's hands empty may stop early; nobody takes what is taken.
        for (var job = claim(here); job.isPresent(); job = claim(here)) {
            claimed.add(job.get().id());
        }
        assertThat(claimed).containsExactlyInAnyOrderElementsOf(ids);
    }

    @Test
    void aJobWhoseWorkerFellSilentIsTakenUpAndTheOldWorkerCanWriteNothing() {
        var id = make("a bell").id();
        var dead = join(here.claim("dead", SHORT)).orElseThrow();
        var taken = await().until(() -> join(there.claim("alive", LONG)), Optional::isPresent).orElseThrow();
        assertThat(taken.id()).isEqualTo(id);
        assertThat(List.of(taken.attempt(), taken.deaths())).containsExactly(2L, 1L);
        assertThat(join(here.heartbeat(dead.lease(), 50, LONG))).isFalse();
        assertThat(join(here.complete(dead.lease(), "1x1", "1", Map.of(), LONG))).isFalse();
        assertThat(join(here.fail(dead.lease(), new JobError("a", "b"), LONG))).isFalse();
        assertThat(join(here.postpone(dead.lease(), LONG))).isFalse();
        assertThat(join(here.giveBack(dead.lease()))).isFalse();
        assertThat(join(there.get(id, Whose.everybodys())).orElseThrow()).isEqualTo(taken);
        assertThat(join(there.complete(taken.lease(), "1x1", "1", Map.of(), LONG))).isTrue();
        assertThat(join(there.complete(taken.lease(), "1x1", "1", Map.of(), LONG))).as("twice").isFalse();
    }

    @Test
    void heartbeatsKeepALeaseAndProgressNeverGoesBack() {
        var id = make("a bell").id();
        var lease = join(here.claim("me", SHORT)).orElseThrow().lease();
        assertThat(join(here.heartbeat(lease, 40, LONG))).isTrue();
        assertThat(join(here.heartbeat(lease, 20, LONG))).isTrue();
        assertThat(join(there.get(id, Whose.everybodys())).orElseThrow().progress()).isEqualTo(40);
        assertThat(claim(there)).isEmpty();
    }

    @Test
    void whatWasMadeIsKeptForItsTimeAndThenRemoved() {
        var id = make("a bell").id();
        var film = new StoredMedium(id + "/1-video.mp4", "video/mp4", 5);
        var lease = claim(here).orElseThrow().lease();
        assertThat(join(here.complete(lease, "128x64", "2.5", Map.of(Variant.VIDEO, film), LONG))).isTrue();
        var done = join(there.get(id, Whose.everybodys())).orElseThrow();
        assertThat(done.state()).isEqualTo(JobState.COMPLETED);
        assertThat(done.progress()).isEqualTo(100);
        assertThat(List.of(done.size(), done.seconds())).containsExactly("128x64", "2.5");
        assertThat(done.media()).containsExactly(Map.entry(Variant.VIDEO, film));
        assertThat(Duration.between(done.completedAt(), done.expiresAt())).isEqualTo(LONG);
        assertThat(join(there.deleteExpired())).isEmpty();

        var brief = make("another").id();
        var second = claim(here).orElseThrow().lease();
        assertThat(join(here.complete(second, "1x1", "1", Map.of(Variant.VIDEO, film), SHORT))).isTrue();
        assertThat(await().until(() -> join(there.deleteExpired()), removed -> !removed.isEmpty()))
                .containsExactly(film);
        assertThat(join(here.get(brief, Whose.everybodys()))).isEmpty();
        assertThat(join(here.get(id, Whose.everybodys()))).isPresent();
    }

    @Test
    void aFailedJobSaysWhy() {
        var id = make("a bell").id();
        var error = new JobError("inference_failed", "it's \"broken\"");
        assertThat(join(here.fail(claim(here).orElseThrow().lease(), error, LONG))).isTrue();
        var failed = join(there.get(id, Whose.everybodys())).orElseThrow();
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.error()).isEqualTo(error);
        assertThat(failed.completedAt()).isNull();
        assertThat(failed.expiresAt()).isNotNull();
    }

    @Test
    void whatIsPutOffWaitsAndWhatIsGivenBackDoesNot() {
        var id = make("a bell").id();
        assertThat(join(here.giveBack(claim(here).orElseThrow().lease()))).isTrue();
        var again = claim(there).orElseThrow();
        assertThat(again.failures()).isZero();
        assertThat(join(there.postpone(again.lease(), SHORT))).isTrue();
        assertThat(join(here.get(id, Whose.everybodys())).orElseThrow().state()).isEqualTo(JobState.QUEUED);
        var third = await().until(() -> claim(here), Optional::isPresent).orElseThrow();
        assertThat(List.of(third.attempt(), third.failures(), third.deaths())).containsExactly(3L, 1L, 0L);
        assertThat(join(here.postpone(third.lease(), LONG))).isTrue();
        assertThat(claim(there)).isEmpty();
    }

    @Test
    void aDeletedJobIsGoneAndWhoeverRunsItLearnsIt() {
        var id = make("a bell").id();
        var lease = claim(here).orElseThrow().lease();
        assertThat(join(there.delete(id, Whose.everybodys())).orElseThrow().id()).isEqualTo(id);
        assertThat(join(there.delete(id, Whose.everybodys()))).isEmpty();
        assertThat(join(here.get(id, Whose.everybodys()))).isEmpty();
        assertThat(join(here.heartbeat(lease, 50, LONG))).isFalse();
        assertThat(join(here.complete(lease, "1x1", "1", Map.of(), LONG))).isFalse();
        assertThat(join(here.list(Whose.everybodys(), Optional.empty(), 10, true)).items()).isEmpty();
        assertThat(claim(here)).isEmpty();
    }

    @Test
    void theListIsGoneThroughByItsCursorInEitherOrder() {
        var ids = IntStream.range(0, 5).mapToObj(i -> make("job " + i).id()).toList();
        for (boolean oldestFirst : new boolean[]{true, false}) {
            var seen = new ArrayList<String>();
            var page = join(there.list(Whose.everybodys(), Optional.empty(), 2, oldestFirst));
            seen.addAll(page.items().stream().map(VideoJob::id).toList());
            while (page.hasMore()) {
                page = join(there.list(Whose.everybodys(), Optional.of(seen.getLast()), 2, oldestFirst));
                assertThat(page.items()).hasSizeBetween(1, 2);
                seen.addAll(page.items().stream().map(VideoJob::id).toList());
            }
            assertThat(seen).containsExactlyInAnyOrderElementsOf(ids);
            var times = seen.stream().map(id -> join(here.get(id, Whose.everybodys())).orElseThrow().createdAt())
                    .toList();
            assertThat(times).isSortedAccordingTo(oldestFirst
                    ? java.util.Comparator.naturalOrder()
                    : java.util.Comparator.reverseOrder());
        }
        assertThat(join(here.list(Whose.everybodys(), Optional.empty(), 5, true)).hasMore()).isFalse();
        assertThatThrownBy(() -> join(here.list(Whose.everybodys(), Optional.of("video_x"), 5, true)))
                .isInstanceOf(InvalidInput.class)
                .hasMessageContaining("'after'");
    }

    @Test
    void theListGoesOnBehindAJobThatWasDeletedMeanwhile() {
        IntStream.range(0, 3).forEach(i -> make("job " + i));
        var first = join(here.list(Whose.everybodys(), Optional.empty(), 1, true)).items().getFirst().id();
        join(here.delete(first, Whose.everybodys()));
        assertThat(join(there.list(Whose.everybodys(), Optional.of(first), 5, true)).items()).hasSize(2);
    }

    @Test
    void aNamedRequestMakesOneJobHoweverOftenItIsMade() throws Exception {
        var request = JobRequest.named("alice", "order 1", "a bell");
        var ids = atOnce(8, () -> join((Math.random() < 0.5 ? here : there).create(aJob("a bell"), request)));
        assertThat(new HashSet<>(ids.stream().map(accepted -> accepted.job().id()).toList())).hasSize(1);
        assertThat(ids.stream().filter(JobStore.Accepted::isNew)).hasSize(1);
        assertThat(join(here.list(Whose.everybodys(), Optional.empty(), 10, true)).items()).hasSize(1);
        var bob = join(here.create(aJob("a bell"), JobRequest.named("bob", "order 1", "a bell")));
        assertThat(bob.isNew()).as("a name is its caller's own").isTrue();
    }

    @Test
    void aNameCannotBeUsedForSomethingElse() {
        join(here.create(aJob("a bell"), JobRequest.named("alice", "order 1", "a bell")));
        assertThatThrownBy(
                () -> join(there.create(aJob("a cat"), JobRequest.named("alice", "order 1", "a cat"))))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("said something else");
    }

    @Test
    void aNamedRequestDoesNotMakeAgainWhatWasDeleted() {
        var request = JobRequest.named("alice", "order 1", "a bell");
        var id = join(here.create(aJob("a bell"), request)).job().id();
        join(there.delete(id, Whose.everybodys()));
        assertThatThrownBy(() -> join(there.create(aJob("a bell"), request))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("was deleted");
    }

    @Test
    void whatIsAskedTwiceOnPurposeMakesTwoAndARetryNone() throws Exception {
        var first = join(here.create(aJob("a bell"), said("a bell", false)));
        var second = join(there.create(aJob("a bell"), said("a bell", false)));
        assertThat(second.isNew()).isTrue();
        assertThat(second.job().id()).isNotEqualTo(first.job().id());
        var retries = atOnce(8,
                () -> join((Math.random() < 0.5 ? here : there).create(aJob("a bell"), said("a bell", true))));
        assertThat(retries).allSatisfy(retry -> {
            assertThat(retry.isNew()).isFalse();
            assertThat(retry.job().id()).isEqualTo(second.job().id());
        });
        assertThat(join(here.create(aJob("a cat"), said("a cat", true))).isNew()).as("the first never came").isTrue();
    }

    @Test
    void aRetryThatOvertakesWhatItRepeatsMakesTheJobOfBoth() {
        var retry = join(here.create(aJob("a bell"), said("a bell", true)));
        var late = JobRequest.unnamed("alice", "a bell", false,
                System.nanoTime() - Duration.ofSeconds(30).toNanos());
        var overtaken = join(there.create(aJob("a bell"), late));
        assertThat(overtaken.isNew()).isFalse();
        assertThat(overtaken.job().id()).isEqualTo(retry.job().id());
        var next = join(there.create(aJob("a bell"), late));
        assertThat(next.isNew()).as("there was one first only").isTrue();
    }

    @Test
    void whatIsAskedAgainAfterARetryWasAnsweredMakesAnother() throws Exception {
        var retry = join(here.create(aJob("a bell"), said("a bell", true)));
        await().pollInterval(Duration.ofMillis(5)) // until the clock has moved
                .until(() -> join(there.create(aJob("a bell"), said("a bell", false))).isNew());
        assertThat(join(here.create(aJob("a bell"), said("a bell", true))).job().id())
                .isNotEqualTo(retry.job().id());
    }

    @Test
    void requestsThatSayTheSameAtOnceOnPurposeMakeAJobEach() throws Exception {
        var made = atOnce(6,
                () -> join((Math.random() < 0.5 ? here : there).create(aJob("a bell"), said("a bell", false))));
        assertThat(made).allMatch(JobStore.Accepted::isNew);
        assertThat(join(here.list(Whose.everybodys(), Optional.empty(), 10, true)).items()).hasSize(6);
    }

    @Test
    void theFilesThatAJobNeedsAreKnownUntilItIsGone() {
        var reference = new VideoOrder.Reference(anymesh.v1.Modality.IMAGE,
                new StoredMedium("f/input", "application/octet-stream", 3), "input_reference");
        var id = NewJob.newId();
        join(here.create(new NewJob(id, "", new VideoOrder("toyworld", "a", 1, null, null, null, reference, null, null),
                "auto", "0", TRACE), once()));
        assertThat(join(there.filesOf(List.of(id, "video_x")))).containsExactly("f/input");
        var film = new StoredMedium(id + "/1-video.mp4", "video/mp4", 5);
        join(here.complete(claim(here).orElseThrow().lease(), "1x1", "1", Map.of(Variant.VIDEO, film), LONG));
        assertThat(join(there.filesOf(List.of(id)))).containsExactly(film.name());
        join(here.delete(id, Whose.everybodys()));
        assertThat(join(there.filesOf(List.of(id)))).isEmpty();
    }

    /** The results of so many who do the same at once. */
    private static <T> List<T> atOnce(int count, Callable<T> work) throws Exception {
        var started = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(count)) {
            var results = threads.invokeAll(Collections.<Callable<T>>nCopies(count, () -> {
                started.incrementAndGet();
                while (started.get() < count) {
                    Thread.onSpinWait();
                }
                return work.call();
            }));
            var values = new ArrayList<T>();
            for (var result : results) {
                values.add(result.get());
            }
            return values;
        }
    }
}
