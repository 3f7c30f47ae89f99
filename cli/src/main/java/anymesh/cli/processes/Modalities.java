// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.v1.Modality;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names of modalities as they are typed. */
final class Modalities {
    private static final List<Modality> MADE = List.of(Modality.IMAGE, Modality.AUDIO, Modality.VIDEO);

    private Modalities() {}

    /** One that generators make; {@code IllegalArgumentException} for any other. */
    static Modality made(@Nullable String name) {
        return MADE.stream().filter(modality -> modality.name().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("modality: %s (expected: one of %s)".formatted(name,
                        MADE.stream().map(modality -> modality.name().toLowerCase(Locale.ROOT)).toList())));
    }
}
