// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** A run of ffmpeg that came to nothing; the message is its last complaint, fit for a caller. */
final class FfmpegFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooMuch;

    FfmpegFailed(String message) {
        this(message, false);
    }

    private FfmpegFailed(String message, boolean tooMuch) {
        super(message);
        this.tooMuch = tooMuch;
    }

    static FfmpegFailed tooMuch() {
        return new FfmpegFailed("it takes too much time or memory", true);
    }

    /** Whether the fence ended it, so that there is no point in asking for more work. */
    boolean isTooMuch() {
        return tooMuch;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
