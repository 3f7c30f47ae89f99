// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InstanceChooserTest {
    private static final Ejection EJECTION = new Ejection(3, Duration.ofSeconds(5), Duration.ofSeconds(60), 0.3);
    private static final SlowStart SLOW_START = new SlowStart(Duration.ofSeconds(10), 0.1);

    private final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    private final List<String> ejected = new ArrayList<>();
    private long nanos = 7;
    private final Random random = new Random(11);

    private InstanceChooser chooser() {
        return new InstanceChooser(registry, EJECTION, SLOW_START, () -> nanos, random,
                instance -> ejected.add(instance.id()));
    }

    private static StageInstance generator(String id, int capacity, String version) {
        var capability = Capability.newBuilder().setModality(Modality.IMAGE).addAccepts("cond");
        return new StageInstance(id, "generator-image", "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().setBundle("toyworld").setVersion(version).setCapacity(capacity)
                        .addCapabilities(capability).build());
    }

    private StageInstance put(String id, int capacity) {
        var instance = generator(id, capacity, "1");
        registry.put(instance);
        return instance;
    }

    private static final Hop HOP = Hop.of(Modality.IMAGE, generator("any", 1, "1"));

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static Assignment assign(InstanceChooser chooser) {
        return Objects.requireNonNull(chooser.assign(HOP, 1, Set.of()));
    }

    /** Who gets how much of so many pieces of work. */
    private static Map<String, Integer> shares(InstanceChooser chooser, int count, boolean together) {
        var shares = new HashMap<String, Integer>();
        var open = new ArrayList<Assignment>();
        for (int i = 0; i < count; i++) {
            var assignment = assign(chooser);
            shares.merge(assignment.instance().id(), 1, Integer::sum);
            if (together) {
                open.add(assignment);
            } else {
                assignment.end(Outcome.ANSWERED);
            }
        }
        open.forEach(assignment -> assignment.end(Outcome.ANSWERED));
        return shares;
    }

    private static void fail(InstanceChooser chooser, String id, int times, Outcome how) {
        for (int i = 0; i < times; i++) {
            var others = new ArrayList<Assignment>();
            var assignment = assign(chooser);
            while (!assignment.instance().id().equals(id)) {
                others.add(assignment);
                assignment = assign(chooser);
            }
            assignment.end(how);
            others.forEach(other -> other.end(Outcome.UNKNOWN));
        }
    }

    @Test
    void theOneWithTheLeastWorkOutstandingIsNext() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            var first = Objects.requireNonNull(chooser.assign(HOP, 3, Set.of()));
            for (int i = 0; i < 3; i++) {
                assertThat(assign(chooser).instance().id()).isNotEqualTo(first.instance().id());
            }
            first.end(Outcome.ANSWERED);
            assertThat(assign(chooser).instance().id()).isEqualTo(first.instance().id());
        }
    }

    @Test
    void aBusyMeshIsSharedByCapacity() {
        put("a", 2);
        put("b", 6);
        put("c", 12);
        try (var chooser = chooser()) {
            assertThat(shares(chooser, 200, true)).isEqualTo(Map.of("a", 20, "b", 60, "c", 120));
        }
    }

    @Test
    void anIdleMeshIsSharedByCapacityToo() {
        put("a", 1);
        put("b", 3);
        try (var chooser = chooser()) {
            assertThat(shares(chooser, 4_000, false).get("b")).isCloseTo(3_000, within(150));
        }
    }

    @Test
    void onlyThoseThatServeThePinnedVersionAreAsked() {
        registry.put(generator("old", 1, "0.9"));
        registry.put(generator("new", 1, "2"));
        registry.put(generator("loading", 1, "1").with(StageState.WARMING));
        try (var chooser = chooser()) {
            assertThat(chooser.assign(HOP, 1, Set.of())).isNull();
            put("a", 1);
            assertThat(shares(chooser, 20, false)).isEqualTo(Map.of("a", 20));
        }
    }

    @Test
    void whoHadItsChanceHasAnotherOneWhenItIsBack() {
        var a = put("a", 1);
        try (var chooser = chooser()) {
            long life = assign(chooser).life();
            assertThat(chooser.assign(HOP, 1, Set.of(life))).as("it had its chance").isNull();
            // In a container it may have the process id of before too.
            var restarted = new StageInstance(a.id(), a.service(), a.host(), a.grpcPort(), a.httpPort(), a.pid(),
                    a.state(), a.description().toBuilder().setIncarnation("the second").build());
            registry.put(restarted);
            life = Objects.requireNonNull(chooser.assign(HOP, 1, Set.of(life))).life();
            registry.put(restarted.with(StageState.STOPPED));
            registry.put(restarted);
            life = Objects.requireNonNull(chooser.assign(HOP, 1, Set.of(life))).life();
            registry.remove("a");
            registry.put(restarted);
            assertThat(chooser.assign(HOP, 1, Set.of(life))).isNotNull();
        }
    }

    @Test
    void failuresInARowEjectAndAnAnswerBetweenThemForgives() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 2, Outcome.FAILED);
            fail(chooser, "a", 1, Outcome.ANSWERED);
            fail(chooser, "a", 2, Outcome.FAILED);
            assertThat(ejected).isEmpty();
            fail(chooser, "a", 1, Outcome.FAILED);
            assertThat(ejected).containsExactly("a");
            assertThat(shares(chooser, 20, true)).isEqualTo(Map.of("b", 20));
        }
    }

    @Test
    void whatSaysNothingOfTheInstanceCountsForNothing() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 2, Outcome.FAILED);
            fail(chooser, "a", 5, Outcome.UNKNOWN);
            assertThat(ejected).isEmpty();
            fail(chooser, "a", 1, Outcome.FAILED);
            assertThat(ejected).containsExactly("a");
        }
    }

    @Test
    void anInstanceThatIsLostIsEjectedAtOnce() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 1, Outcome.LOST);
            assertThat(shares(chooser, 20, false)).isEqualTo(Map.of("b", 20));
        }
    }

    @Test
    void eachEjectionIsTwiceAsLongUpToTheLimit() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 1, Outcome.LOST);
            for (int seconds : new int[]{5, 10, 20, 40, 60, 60}) {
                pass(Duration.ofSeconds(seconds).minusNanos(1));
                assertThat(isEjected(chooser, "a")).as("just before %d s", seconds).isTrue();
                pass(Duration.ofNanos(1));
                assertThat(isEjected(chooser, "a")).as("after %d s", seconds).isFalse();
                pass(SLOW_START.window());
                fail(chooser, "a", 1, Outcome.FAILED); // on probation one failure is enough
                assertThat(isEjected(chooser, "a")).isTrue();
            }
        }
    }

    @Test
    void anInstanceThatWasWellForAsLongAsItWasOutBeginsAnew() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 1, Outcome.LOST);
            pass(Duration.ofSeconds(5));
            isEjected(chooser, "a");
            fail(chooser, "a", 1, Outcome.LOST);
            pass(Duration.ofSeconds(10 + 11));
            isEjected(chooser, "a");
            fail(chooser, "a", 1, Outcome.ANSWERED);
            fail(chooser, "a", 1, Outcome.LOST);
            pass(Duration.ofSeconds(5));
            assertThat(isEjected(chooser, "a")).as("the first time out again").isFalse();
        }
    }

    private static boolean isEjected(InstanceChooser chooser, String id) {
        return chooser.loads().stream().filter(load -> load.instance().id().equals(id)).findFirst().orElseThrow()
                .ejected();
    }

    @Test
    void withTooFewLeftThoseThatFailAreTakenAgain() {
        for (String id : List.of("a", "b", "c", "d")) {
            put(id, 1);
        }
        try (var chooser = chooser()) {
            fail(chooser, "a", 1, Outcome.LOST);
            fail(chooser, "b", 1, Outcome.LOST);
            assertThat(shares(chooser, 40, true)).isEqualTo(Map.of("c", 20, "d", 20));
            fail(chooser, "c", 1, Outcome.LOST);
            assertThat(shares(chooser, 40, true)).as("a quarter is less than 0.3")
                    .isEqualTo(Map.of("a", 10, "b", 10, "c", 10, "d", 10));
        }
    }

    @Test
    void theOnlyInstanceIsNeverOut() {
        put("a", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 5, Outcome.LOST);
            assertThat(assign(chooser).instance().id()).isEqualTo("a");
        }
    }

    @Test
    void whereAllOthersHadTheirChanceAnEjectedOneIsAsked() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "a", 1, Outcome.LOST);
            var b = assign(chooser);
            assertThat(b.instance().id()).isEqualTo("b");
            assertThat(Objects.requireNonNull(chooser.assign(HOP, 1, Set.of(b.life()))).instance().id())
                    .isEqualTo("a");
        }
    }

    @Test
    void aNewInstanceComesToItsShareSlowly() {
        put("a", 1);
        try (var chooser = chooser()) {
            put("b", 1);
            assertThat(shares(chooser, 110, true)).as("a tenth of its weight at first")
                    .isEqualTo(Map.of("a", 100, "b", 10));
            pass(Duration.ofSeconds(5));
            assertThat(shares(chooser, 150, true)).isEqualTo(Map.of("a", 100, "b", 50));
            assertThat(shares(chooser, 3_000, false).get("b")).as("of an idle mesh too").isCloseTo(1_000, within(100));
            pass(Duration.ofSeconds(5));
            assertThat(shares(chooser, 100, true)).isEqualTo(Map.of("a", 50, "b", 50));
        }
    }

    @Test
    void anInstanceThatComesBackIsNewAndForgiven() {
        put("a", 1);
        var b = put("b", 1);
        try (var chooser = chooser()) {
            fail(chooser, "b", 1, Outcome.LOST);
            registry.put(b.with(StageState.STOPPED));
            registry.put(b);
            assertThat(isEjected(chooser, "b")).isFalse();
            assertThat(shares(chooser, 110, true)).isEqualTo(Map.of("a", 100, "b", 10));
        }
    }

    @Test
    void allThatAreThereAtTheStartAreWarm() {
        put("a", 1);
        put("b", 1);
        try (var chooser = chooser()) {
            assertThat(shares(chooser, 100, true)).isEqualTo(Map.of("a", 50, "b", 50));
        }
    }

    @Test
    void whatIsDoneIsNoLongerOutstanding() {
        put("a", 4);
        try (var chooser = chooser()) {
            var assignment = Objects.requireNonNull(chooser.assign(HOP, 3, Set.of()));
            assertThat(chooser.loads()).singleElement().satisfies(load -> {
                assertThat(load.outstanding()).isEqualTo(3);
                assertThat(load.capacity()).isEqualTo(4);
            });
            assignment.end(Outcome.FAILED);
            assertThat(chooser.loads().getFirst().outstanding()).isZero();
        }
    }
}
