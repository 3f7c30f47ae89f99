// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.catalogue;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The five components of a multimodal LLM, named as in the MM-LLM survey (arXiv 2401.13601), in the order of a request's path. */
public enum Component {
    MODALITY_ENCODER("encoder"), INPUT_PROJECTOR("input-projector"), LLM_BACKBONE("backbone"), OUTPUT_PROJECTOR(
            "output-projector"), MODALITY_GENERATOR("generator");

    private final String stage;

    Component(String stage) {
        this.stage = stage;
    }

    /** As it is written in a manifest. */
    @JsonValue
    public String json() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the stage is called that runs it: {@code encoder}. */
    public String stage() {
        return stage;
    }
}
