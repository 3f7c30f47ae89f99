// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** A run of ffmpeg that came to nothing; the message is its last complaint, fit for a caller. */
final class FfmpegFailed extends Exception {
    private static final long serialVersionUID = 1L;

    FfmpegFailed(String message) {
        super(message);
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
