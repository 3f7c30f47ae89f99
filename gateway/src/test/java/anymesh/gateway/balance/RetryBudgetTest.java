// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private long nanos = -5;

    private RetryBudget budget(double share, double perSecond) {
        return new RetryBudget(share, perSecond, () -> nanos);
    }

    private static int withdrawAll(RetryBudget budget) {
        int count = 0;
        while (budget.withdraw()) {
            count++;
        }
        return count;
    }

    @Test
    void aQuietMeshMayTryAgainToo() {
        var budget = budget(0.2, 2);
        assertThat(withdrawAll(budget)).as("ten seconds saved").isEqualTo(20);
        nanos += Duration.ofSeconds(3).toNanos();
        assertThat(withdrawAll(budget)).isEqualTo(6);
        nanos += Duration.ofHours(1).toNanos();
        assertThat(withdrawAll(budget)).as("no more is saved up").isEqualTo(20);
    }

    @Test
    void aBusyMeshMayTryAShareAgain() {
        var budget = budget(0.2, 0);
        assertThat(budget.withdraw()).isFalse();
        for (int i = 0; i < 1_000; i++) {
            budget.deposit();
        }
        assertThat(withdrawAll(budget)).isCloseTo(200, within(1));
    }

    @Test
    void whatWasNotUsedIsForgotten() {
        var budget = budget(0.2, 1);
        for (int i = 0; i < 1_000; i++) {
            budget.deposit();
        }
        nanos += Duration.ofMinutes(5).toNanos();
        assertThat(withdrawAll(budget)).isCloseTo(10, within(1));
    }

    @Test
    void withoutABudgetNothingIsDoneAgain() {
        assertThat(budget(0, 0).withdraw()).isFalse();
    }
}
