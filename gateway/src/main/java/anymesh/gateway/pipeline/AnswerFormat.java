// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.wire.error.InvalidInput;

/**
 * The form that an answer is held to.
 *
 * @param schema the JSON Schema of the document that it is
 * @param field of the request that asks for it
 * @param param the field that has the schema
 */
public record AnswerFormat(String schema, String field, String param) {
    private static final String OF_THE_BACKBONE = "json_schema";

    /** What the backbone has against the schema, in the terms of the request. */
    Throwable located(Throwable failure) {
        if (!(failure instanceof InvalidInput wrong) || wrong.param() == null
                || !wrong.param().startsWith(OF_THE_BACKBONE)) {
            return failure;
        }
        return wrong.named(param + wrong.param().substring(OF_THE_BACKBONE.length()));
    }
}
