// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

/** The names of {@code StageDescription.features}. */
public final class Features {
    /** Backbones: {@code Sampling.top_logprobs}. */
    public static final String LOGPROBS = "logprobs";
    /** Backbones: {@code BackboneRequest.json_schema}. */
    public static final String JSON_SCHEMA = "json_schema";

    /** Backbones: {@code BackboneRequest.tools}. */
    public static final String TOOLS = "tools";

    private Features() {}
}
