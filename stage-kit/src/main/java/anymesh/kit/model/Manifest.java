// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import anymesh.kit.catalogue.Component;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys that every bundle's manifest has; docs/bundles.md describes them and those of each component. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Manifest(int schema, String bundle, String version, Component component, @Nullable String precision,
        @Nullable String license, Map<String, String> files) {
    static final int SCHEMA = 1;
}
