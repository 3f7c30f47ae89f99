// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import com.google.protobuf.ByteString;

/** A piece of a message as a client sent it. */
public sealed interface ModalityInput {

    /** Plain text, never empty. */
    record Text(String text) implements ModalityInput {}

    /** A whole media file; {@code param} is the field of the request that holds it. */
    record Media(Modality modality, ByteString bytes, String param) implements ModalityInput {}
}
