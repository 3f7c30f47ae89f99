// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.call.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
    private final FairQueue<Named> queue = new FairQueue<>();

    @Test
    void jobsThatCostTheSameGoInTheOrderInWhichTheyCame() {
        add("a", "", 3);
        add("b", "", 3);
        add("c", "", 3);
        assertThat(order()).containsExactly("a", "b", "c");
    }

    @Test
    void whoAsksOnceDoesNotWaitForAllOfOneWhoAskedForMuch() {
        for (int i = 1; i <= 4; i++) {
            add("many" + i, "many", 10);
        }
        add("once", "once", 10);
        assertThat(order()).containsExactly("many1", "once", "many2", "many3", "many4");
    }

    @Test
    void callersTakeTurnsByWhatTheirJobsCost() {
        add("film1", "films", 20);
        add("film2", "films", 20);
        for (int i = 1; i <= 4; i++) {
            add("picture" + i, "pictures", 10);
        }
        assertThat(order()).containsExactly("picture1", "film1", "picture2", "picture3", "film2", "picture4");
    }

    @Test
    void theJobsOfOneCallerKeepTheirOrderWhateverTheyCost() {
        add("long", "one", 20);
        add("short", "one", 2);
        assertThat(order()).containsExactly("long", "short");
    }

    @Test
    void shortOnesOvertakeALongOneButOnlyForAsLongAsItIsLonger() {
        add("long", "", 20);
        var order = new ArrayList<String>();
        for (int i = 1; i <= 12; i++) {
            add("short" + i, "", 2);
            order.add(next());
        }
        assertThat(order.indexOf("long")).isBetween(8, 11);
    }

    @Test
    void whoComesBackWasNotSavingUp() {
        add("a1", "a", 10);
        add("b1", "b", 10);
        assertThat(next()).isEqualTo("a1");
        assertThat(next()).isEqualTo("b1");
        add("b2", "b", 10);
        add("b3", "b", 10);
        add("a2", "a", 10);
        add("a3", "a", 10);
        assertThat(order()).containsExactly("b2", "a2", "b3", "a3");
    }

    @Test
    void thoseThatLeftAreTold() {
        add("a", "", 1);
        add("b", "", 1);
        var told = new ArrayList<String>();
        assertThat(queue.removeIf(job -> job.name.equals("a"), job -> told.add(job.name))).isEqualTo(1);
        assertThat(told).containsExactly("a");
        assertThat(order()).containsExactly("b");
        assertThat(queue.isEmpty()).isTrue();
    }

    private void add(String name, String caller, double cost) {
        queue.add(new Named(name, caller, cost));
    }

    private String next() {
        var name = queue.peek().name;
        queue.remove();
        return name;
    }

    private List<String> order() {
        var order = new ArrayList<String>();
        while (!queue.isEmpty()) {
            order.add(next());
        }
        return order;
    }

    private static final class Named extends Job<Integer> {
        private final String name;
        private final double cost;

        Named(String name, String caller, double cost) {
            super(CallContext.start(name, caller, null, Duration.ofMinutes(1)));
            this.name = name;
            this.cost = cost;
        }

        @Override
        public double cost() {
            return cost;
        }
    }
}
