// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiErrorTest {
    @Test
    void memoryThatRanOutIsALackOfCapacityLikeAnyOther() {
        var heap = new OutOfMemoryError("Java heap space");
        Stream.of(heap, new IllegalStateException(new ExecutionException(heap))).map(ApiError::of)
                .forEach(error -> {
                    assertThat(error.status()).isEqualTo(429);
                    assertThat(error.code()).isEqualTo("overloaded");
                    assertThat(error.retryAfter()).isPositive();
                    assertThat(error.message()).isEqualTo("The server ran out of memory");
                });
    }

    @Test
    void noOtherErrorOfTheMachineIs() {
        assertThat(ApiError.of(new InternalError()).status()).isEqualTo(500);
        assertThat(ApiError.of(new NoClassDefFoundError()).status()).isEqualTo(500);
    }
}
