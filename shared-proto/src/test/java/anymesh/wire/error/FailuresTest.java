// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void memoryThatRanOutIsALackOfCapacity() {
        assertThat(Failures.of(new OutOfMemoryError("Java heap space"), "the encoder"))
                .isInstanceOf(Overloaded.class).hasMessage("the encoder ran out of memory");
        assertThat(Failures.of(new StackOverflowError(), "the encoder")).isInstanceOf(Overloaded.class);
    }

    @Test
    void soItIsWhenAnotherFailureWasMadeOfIt() {
        var wrapped = new IllegalStateException(new ExecutionException(new OutOfMemoryError("direct buffer memory")));

        assertThat(Failures.of(wrapped, "the encoder")).isInstanceOf(Overloaded.class).hasCause(wrapped);
    }

    @Test
    void whatAStageSaidItselfStays() {
        var said = new InvalidInput("too long", "messages");

        assertThat(Failures.of(said, "the encoder")).isSameAs(said);
    }

    @Test
    void anythingElseIsAFailureOfTheModel() {
        var ring = new IllegalStateException("a");
        ring.initCause(new IllegalStateException("b", ring));

        assertThat(Failures.of(ring, "the encoder")).isInstanceOf(InferenceFailed.class)
                .hasMessage("the encoder failed");
    }
}
