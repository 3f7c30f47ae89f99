// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.recording;

import anymesh.wire.EmbeddingBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A recording that goes on in this gateway, and how much it has written. The folder is for the worker's thread only. */
final class OpenRecording {
    private final Recording recording;
    private final RecordingFolder folder;
    private final AtomicInteger written = new AtomicInteger();
    private final AtomicInteger missed = new AtomicInteger();
    private boolean isPrepared;

    OpenRecording(Recording recording) {
        this.recording = recording;
        this.folder = new RecordingFolder(recording);
    }

    Recording recording() {
        return recording;
    }

    void write(EmbeddingBatch condition, RecordedInput input) throws IOException {
        if (!isPrepared) {
            RecordingFolder.create(Path.of(recording.folder()));
            isPrepared = true;
        }
        if (folder.write(condition, input)) {
            written.incrementAndGet();
        }
    }

    String full() {
        return folder.full();
    }

    /** One came too fast. */
    void miss() {
        missed.incrementAndGet();
    }

    /** How much there is of it. */
    @Override
    public String toString() {
        return "%d written, %d came too fast".formatted(written.get(), missed.get());
    }
}
