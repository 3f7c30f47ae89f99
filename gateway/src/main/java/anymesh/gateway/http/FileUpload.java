// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.FormFile;
import anymesh.gateway.files.FilePurpose;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A checked {@code POST /v1/files}.
 *
 * @param keepFor null until it is deleted
 */
record FileUpload(FormFile file, FilePurpose purpose, @Nullable Duration keepFor) {
    private static final String FILE = "file";
    private static final String PURPOSE = "purpose";
    /** As clients write an object into a form. */
    private static final String ANCHOR = "expires_after[anchor]";
    private static final String SECONDS = "expires_after[seconds]";
    private static final int HOUR = 3_600;
    private static final int DAYS_30 = 30 * 24 * HOUR;

    static FileUpload read(Fields body) {
        FieldRules.files().check(body);
        var files = body.files(FILE);
        if (files.isEmpty()) {
            throw body.missing(FILE);
        }
        if (files.size() > 1) {
            throw body.invalid(FILE, "Invalid '%s': expected one file, but got %d.", files.size());
        }
        String purpose = body.requiredString(PURPOSE);
        return new FileUpload(files.getFirst(),
                FilePurpose.of(purpose).orElseThrow(() -> body.invalid(PURPOSE,
                        "Invalid '%s': '%s' is not supported; expected one of %s, for media that requests name.",
                        Fields.abbreviated(purpose), FilePurpose.ofClients())),
                keepFor(body));
    }

    private static @Nullable Duration keepFor(Fields body) {
        String anchor = body.string(ANCHOR);
        Long seconds = body.integer(SECONDS, HOUR, DAYS_30);
        if (anchor == null && seconds == null) {
            return null;
        }
        if (!"created_at".equals(anchor)) {
            throw body.invalid(ANCHOR, "Invalid '%s': expected 'created_at'.");
        }
        if (seconds == null) {
            throw body.missing(SECONDS);
        }
        return Duration.ofSeconds(seconds);
    }
}
