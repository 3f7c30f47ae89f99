// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The five components of a multimodal LLM, named as in the MM-LLM survey (arXiv 2401.13601). */
public enum Component {
    MODALITY_ENCODER, INPUT_PROJECTOR, LLM_BACKBONE, OUTPUT_PROJECTOR, MODALITY_GENERATOR;

    /** As it is written in a manifest. */
    @JsonValue
    public String json() {
        return name().toLowerCase(Locale.ROOT);
    }
}
