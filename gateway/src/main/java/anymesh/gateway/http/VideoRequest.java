// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.jobs.VideoOrder;
import anymesh.v1.Modality;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/videos}. {@code seed}, {@code num_inference_steps} and {@code guidance_scale} are extensions of OpenAI's
 * contract.
 *
 * @param model null for the first that makes films
 * @param seconds as it was asked for; null for the generator's own
 * @param seed as it was asked for
 * @param reference the picture that the film begins with; null where there is none
 */
record VideoRequest(@Nullable String model, String prompt, @Nullable String seconds, @Nullable String size,
        @Nullable Long seed, @Nullable Integer steps, @Nullable Float guidanceScale, @Nullable ByteString reference,
        @Nullable String key) {
    static final String REFERENCE = "input_reference";

    private static final String FLAT_URL = REFERENCE + "[image_url]";

    /** OpenAI's, in characters. */
    private static final int MAX_PROMPT = 32_000;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,5}(\\.\\d{1,3})?");

    static VideoRequest read(Fields body) {
        String model = MediaFields.model(body);
        String prompt = prompt(body);
        FieldRules.videos().check(body);
        Integer steps = MediaFields.steps(body);
        Float guidance = MediaFields.guidanceScale(body);
        return new VideoRequest(model, prompt, matching(body, "seconds", SECONDS, "a number of seconds, as a string"),
                matching(body, "size", MediaFields.SIZE, "WIDTHxHEIGHT"), ChatRequest.seed(body),
                steps, guidance,
                reference(body), ChatRequest.key(body));
    }

    static String prompt(Fields body) {
        String prompt = MediaFields.prompt(body);
        if (prompt.codePointCount(0, prompt.length()) > MAX_PROMPT) {
            throw body.invalid("prompt", "Invalid '%s': it is longer than %d characters.", MAX_PROMPT);
        }
        return prompt;
    }

    private static @Nullable String matching(Fields body, String name, Pattern pattern, String expected) {
        String value = body.string(name);
        if (value == null || value.equals("auto")) {
            return null;
        }
        if (!pattern.matcher(value).matches()) {
            throw body.invalid(name, "Invalid '%s': '%s' is not supported; expected " + expected + ".",
                    Fields.abbreviated(value));
        }
        return value;
    }

    /** In a form a file; in JSON, and where a client writes that in a form, an object with an {@code image_url}. */
    private static @Nullable ByteString reference(Fields body) {
        if (body.has(FLAT_URL)) {
            return picture(body, FLAT_URL);
        }
        if (!body.has(REFERENCE) || body.isObject(REFERENCE) || body.isString(REFERENCE)) {
            Fields reference = body.object(REFERENCE);
            return reference == null ? null : picture(reference);
        }
        var files = body.files(REFERENCE);
        if (files.size() != 1) {
            throw body.invalid(REFERENCE, "Invalid '%s': expected one picture, but got %d.", files.size());
        }
        return PartReader.media(Modality.IMAGE, files.getFirst(), body.param(REFERENCE)).bytes();
    }

    private static ByteString picture(Fields reference) {
        if (!reference.has("image_url") && !reference.has("file_id")) {
            throw reference.missing("image_url");
        }
        return picture(reference, "image_url");
    }

    private static ByteString picture(Fields holder, String name) {
        return PartReader.media(Modality.IMAGE, holder, name).bytes();
    }

    /** What it says, the same whenever it says the same, however it was written down. */
    String print() {
        var picture = reference;
        return String.join("\0", String.valueOf(model), prompt, String.valueOf(seconds), String.valueOf(size),
                String.valueOf(seed), String.valueOf(steps), String.valueOf(guidanceScale), String.valueOf(key),
                picture == null ? "" : Hashing.sha256().hashBytes(picture.asReadOnlyByteBuffer()).toString());
    }

    /** What is to be made, by this model. */
    VideoOrder order(String by, VideoOrder.@Nullable Reference file) {
        Long asked = seed;
        return new VideoOrder(by, prompt, asked == null ? ThreadLocalRandom.current().nextLong(1L << 31) : asked, size,
                steps, guidanceScale, file, null, key);
    }
}
