// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.database;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A row of an answer: texts and whole numbers by the names of their columns; what is null is absent. */
public record Row(Map<String, Object> values) {
    public Row {
        values = Map.copyOf(values);
    }

    /** A text; null where there is none. */
    public @Nullable String text(String column) {
        return (String) values.get(column);
    }

    /** A text that is always there. */
    public String requiredText(String column) {
        return Objects.requireNonNull(text(column), column);
    }

    /** A number; null where there is none. */
    public @Nullable Long number(String column) {
        return values.get(column) instanceof Number number ? (Long) number.longValue() : null;
    }

    /** A number that is always there. */
    public long requiredNumber(String column) {
        return Objects.requireNonNull(number(column), column);
    }
}
