// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** A configured text that no log may show; empty where none is set. */
public record Secret(@JsonValue String value) {

    @JsonCreator
    public Secret {}

    public static Secret none() {
        return new Secret("");
    }

    public boolean isSet() {
        return !value.isEmpty();
    }

    @Override
    public String toString() {
        return isSet() ? "(set)" : "(none)";
    }
}
