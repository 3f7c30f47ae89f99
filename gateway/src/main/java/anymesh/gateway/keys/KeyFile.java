// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file of keys:
 *
 * <pre>
 * keys:
 *   - name: shop
 *     sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
 *     limits: {requestsAtOnce: 8, requestsPerMinute: 120, workPerMinute: 100000}
 *   - name: operators
 *     sha256: fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9
 *     admin: true
 * </pre>
 */
record KeyFile(List<ApiKey> keys) {
    KeyFile(@Nullable List<ApiKey> keys) {
        this.keys = keys == null ? List.of() : List.copyOf(keys);
    }

    /** Reads it; {@link IllegalArgumentException} says what is wrong with it, and nothing of what else stands there. */
    static List<ApiKey> read(String yaml) {
        try {
            var read = new YAMLMapper().readValue(yaml, KeyFile.class);
            if (read == null) {
                throw new IllegalArgumentException("is empty");
            }
            return read.keys();
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException("unknown key '%s' (known: %s)".formatted(e.getPropertyName(),
                    e.getKnownPropertyIds()), e);
        } catch (JsonProcessingException e) {
            var cause = e.getCause() instanceof IllegalArgumentException refused
                    ? refused.getMessage()
                    : "line %d is not as expected".formatted(
                            e.getLocation() == null ? 0 : e.getLocation().getLineNr());
            throw new IllegalArgumentException(cause, e);
        }
    }
}
