// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import anymesh.kit.catalogue.Modalities;
import anymesh.v1.Modality;
import anymesh.wire.WireLimits;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How media of a modality come in a request and go in an answer. */
public enum MediaForm {
    /** OpenAI's {@code image_url}, both ways. */
    IMAGE(Modality.IMAGE, 20 << 20, "image_url", "image/*"),
    /** vLLM's {@code audio_url} in requests; OpenAI's {@code input_audio} both ways. Sounds are read from films too. */
    AUDIO(Modality.AUDIO, 25 << 20, "input_audio", "audio/*", "video/*", "application/ogg"),
    /** vLLM's {@code video_url}, both ways. Films are read from GIF too. */
    VIDEO(Modality.VIDEO, WireLimits.MAX_MEDIA_BYTES, "video_url", "video/*", "image/gif", "application/ogg");

    private static final List<MediaForm> ALL = List.of(values());

    private final Modality modality;
    private final int maxBytes;
    private final String partType;
    @SuppressWarnings("ImmutableEnumChecker") // Set.of makes immutable ones.
    private final Set<String> contentTypes;

    MediaForm(Modality modality, int maxBytes, String partType, String... contentTypes) {
        this.modality = modality;
        this.maxBytes = maxBytes;
        this.partType = partType;
        this.contentTypes = Set.of(contentTypes);
    }

    /** That of a modality; {@link IllegalArgumentException} for one that is no medium. */
    public static MediaForm of(Modality modality) {
        return switch (modality) {
            case IMAGE -> IMAGE;
            case AUDIO -> AUDIO;
            case VIDEO -> VIDEO;
            case TEXT, MODALITY_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException(modality.toString());
        };
    }

    /** The medium whose parts have this type and a URL in it: {@code image_url}, {@code audio_url}, {@code video_url}. */
    public static Optional<MediaForm> ofUrlPart(String type) {
        return ALL.stream().filter(form -> type.equals(Modalities.name(form.modality) + "_url")).findFirst();
    }

    public Modality modality() {
        return modality;
    }

    /** What one may have in a request. */
    public int maxBytes() {
        return maxBytes;
    }

    /** The type of a part of an answer that holds one, in which it may be sent back as input. */
    public String partType() {
        return partType;
    }

    /** The types, or families of types, that servers give such files. */
    public Set<String> contentTypes() {
        return contentTypes;
    }
}
