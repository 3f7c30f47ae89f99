// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.Ejection;
import anymesh.gateway.balance.SlowStart;
import java.time.Duration;

/**
 * How stages are called.
 *
 * @param connectTimeout how long connecting may take
 * @param quiet an instance that has work and says nothing for so long is asked whether it lives
 * @param answerTimeout and is given up if it does not answer this within so long
 * @param stallTimeout a call that brings nothing for so long is given up, though its instance lives
 * @param patience how long is waited for an instance where none serves but one is expected; zero: not at all
 */
public record CallSettings(Duration connectTimeout, Duration quiet, Duration answerTimeout, Duration stallTimeout,
        Duration patience, Retries retries, Ejection ejection, SlowStart slowStart) {

    /**
     * How often something is done again.
     *
     * @param perStep the most times for one step
     * @param budgetShare for all steps of a service together, as a share of them
     * @param budgetPerSecond and besides, each second
     */
    public record Retries(int perStep, double budgetShare, double budgetPerSecond) {
        public Retries {
            if (perStep < 0) {
                throw new IllegalArgumentException("stages.retries.perStep: %d (expected: >= 0)".formatted(perStep));
            }
            if (!(budgetShare >= 0 && budgetShare <= 1)) {
                throw new IllegalArgumentException(
                        "stages.retries.budgetShare: %s (expected: 0 to 1)".formatted(budgetShare));
            }
            if (!(budgetPerSecond >= 0)) {
                throw new IllegalArgumentException(
                        "stages.retries.budgetPerSecond: %s (expected: >= 0)".formatted(budgetPerSecond));
            }
        }
    }

    public CallSettings {
        requirePositive("connectTimeout", connectTimeout);
        requirePositive("quiet", quiet);
        requirePositive("answerTimeout", answerTimeout);
        requirePositive("stallTimeout", stallTimeout);
        if (patience.isNegative()) {
            throw new IllegalArgumentException("stages.patience: %s (expected: >= 0)".formatted(patience));
        }
    }

    private static void requirePositive(String key, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException("stages.%s: %s (expected: at least PT0.001S)".formatted(key, value));
        }
    }

    /** A second to connect; half a minute for an instance that is expected; a fifth of all steps may be done again, and ten a second. */
    public static CallSettings defaults() {
        return new CallSettings(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(3),
                Duration.ofMinutes(1), Duration.ofSeconds(30), new Retries(2, 0.2, 10), Ejection.defaults(),
                SlowStart.defaults());
    }

    /** The same with other patience. */
    public CallSettings withPatience(Duration other) {
        return new CallSettings(connectTimeout, quiet, answerTimeout, stallTimeout, other, retries, ejection,
                slowStart);
    }
}
