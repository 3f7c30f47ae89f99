// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;

/** A piece of an answer. Neighbouring texts are one part, so that parts of an answer alternate or are media. */
public sealed interface AnswerPart {

    /** A run of text between two media, never empty. */
    record Text(String text) implements AnswerPart {}

    /** One generated file. */
    record Media(Modality modality, GeneratedMedia media) implements AnswerPart {}
}
