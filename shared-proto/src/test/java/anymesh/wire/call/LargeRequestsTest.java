// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.Overloaded;
import org.junit.jupiter.api.Test;

class LargeRequestsTest {
    private static final long LARGE = LargeRequests.LARGE_BYTES;

    @Test
    void whatDoesNotFitBesideOthersIsRefusedUntilTheyEnd() {
        var room = new LargeRequests(5 * LARGE);
        var first = room.take(2 * LARGE);
        room.take(2 * LARGE);
        assertThatThrownBy(() -> room.take(2 * LARGE)).isInstanceOf(Overloaded.class);
        first.close();
        first.close(); // A second time counts for nothing.
        room.take(3 * LARGE);
        assertThatThrownBy(() -> room.take(LARGE)).isInstanceOf(Overloaded.class);
    }

    @Test
    void smallOnesAlwaysPass() {
        var room = new LargeRequests(LARGE);
        room.take(LARGE);
        assertThatCode(() -> room.take(LARGE - 1)).doesNotThrowAnyException();
    }

    @Test
    void oneAloneAlwaysFits() {
        assertThatCode(() -> new LargeRequests(LARGE).take(20 * LARGE).close()).doesNotThrowAnyException();
    }
}
