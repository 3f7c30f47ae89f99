// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.check;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A bundle's {@code check.json}, what all components' have alike: a reference and samples (docs/bundles.md). */
public final class ReferenceFile {
    public static final String NAME = "check.json";

    private ReferenceFile() {}

    /** A bundle's, if it has one, as its component has it. */
    public static <T> Optional<T> read(ModelBundle bundle, Class<T> type) {
        return bundle.has(NAME) ? Optional.of(bundle.read(NAME, type)) : Optional.empty();
    }

    /** The samples; {@link BundleException} unless there is a reference and one of them. */
    public static <S> List<S> samples(@Nullable String library, @Nullable List<S> samples) {
        if (library == null || samples == null || samples.isEmpty()) {
            throw new BundleException(NAME + ": needs a reference and samples");
        }
        return List.copyOf(samples);
    }
}
