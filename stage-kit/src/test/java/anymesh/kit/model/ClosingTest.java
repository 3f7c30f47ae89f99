// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClosingTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void whatWasOpenedIsClosedLastFirstIfTheRestCannotBeOpened() {
        assertThatThrownBy(() -> Closing.opening(closing -> {
            closing.with(() -> closed.add("first"));
            closing.with(() -> {
                throw new IllegalStateException("cannot be closed");
            });
            closing.with(() -> closed.add("third"));
            throw new BundleException("no fourth");
        })).isInstanceOf(BundleException.class).hasMessage("no fourth");

        assertThat(closed).containsExactly("third", "first");
    }

    @Test
    void whoeverOwnsTheWholeClosesIt() {
        var whole = Closing.opening(closing -> {
            closing.with(() -> closed.add("part"));
            return closing;
        });
        assertThat(closed).isEmpty();

        whole.close();
        whole.close();

        assertThat(closed).containsExactly("part");
    }
}
