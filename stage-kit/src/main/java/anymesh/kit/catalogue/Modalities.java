// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.catalogue;

import anymesh.v1.Modality;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The modalities of the wire and their names: one that is added there is in each of these lists. */
public final class Modalities {
    /** All of them, text first. */
    public static final List<Modality> ALL = Stream.of(Modality.values())
            .filter(modality -> modality != Modality.MODALITY_UNSPECIFIED && modality != Modality.UNRECOGNIZED)
            .toList();

    /** Those whose data are files, which encoders read and generators make: all but text. */
    public static final List<Modality> MEDIA = ALL.stream().filter(modality -> modality != Modality.TEXT).toList();

    private Modalities() {}

    /** As clients and manifests write it: {@code image}. */
    public static String name(Modality modality) {
        return modality.name().toLowerCase(Locale.ROOT);
    }

    /** The modality of a name, in whatever case; empty if there is none. */
    public static Optional<Modality> named(@Nullable String name) {
        return ALL.stream().filter(modality -> modality.name().equalsIgnoreCase(name)).findFirst();
    }

    /** The same, if it is one of the media. */
    public static Optional<Modality> medium(@Nullable String name) {
        return named(name).filter(MEDIA::contains);
    }

    /** As {@link #named}; {@link IllegalArgumentException} if there is none. */
    public static Modality require(@Nullable String name) {
        return required(named(name), name, ALL);
    }

    /** As {@link #medium}; {@link IllegalArgumentException} if there is none. */
    public static Modality requireMedium(@Nullable String name) {
        return required(medium(name), name, MEDIA);
    }

    private static Modality required(Optional<Modality> found, @Nullable String name, List<Modality> among) {
        return found.orElseThrow(() -> new IllegalArgumentException(
                "modality: %s (expected: one of %s)".formatted(name, names(among))));
    }

    /** Names for a sentence: {@code image, audio, video}. */
    public static String names(List<Modality> modalities) {
        return modalities.stream().map(Modalities::name).collect(Collectors.joining(", "));
    }
}
