// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaForm;
import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.kit.media.SoundFormat;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Parts of an answer in the shapes in which they may be sent back as input. */
final class PartJson {
    private PartJson() {}

    static void write(AnswerPart part, ObjectNode json) {
        switch (part) {
            case AnswerPart.Text(String text, _) -> json.put("type", "text").put("text", text);
            case AnswerPart.Call(String id, String name, String arguments) -> json.put("id", id).put("type", "function")
                    .putObject("function").put("name", name).put("arguments", arguments);
            case AnswerPart.Media(Modality modality, GeneratedMedia media) -> {
                json.put("type", MediaForm.of(modality).partType());
                writeMedia(modality, media, json);
            }
        }
    }

    /** The media themselves, under the name of their type. */
    static void writeMedia(Modality modality, GeneratedMedia media, ObjectNode json) {
        ObjectNode holder = json.putObject(MediaForm.of(modality).partType());
        if (modality == Modality.AUDIO) {
            holder.putPOJO("data", MediaText.base64(media.getData())).put("format",
                    soundFormat(media.getMimeType()));
        } else {
            holder.putPOJO("url", MediaText.dataUrl(media.getMimeType(), media.getData()));
        }
    }

    /** What a client calls a file of this type; the second half of the type if it is none of the formats. */
    private static String soundFormat(String mimeType) {
        return SoundFormat.ofMimeType(mimeType).map(SoundFormat::toString)
                .orElse(mimeType.substring(mimeType.indexOf('/') + 1));
    }
}
