// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The time of one output on one path. */
final class Stopwatch {
    private final long began = System.nanoTime();
    private double first = Double.NaN;
    private long residentBytes;

    void progressed() {
        if (Double.isNaN(first)) {
            first = millis();
        }
    }

    void made(GeneratedMedia media) {
        residentBytes = media.getTimings().getResidentBytes();
    }

    /** What became of it. */
    Attempted ended(Modality modality, String trial, boolean onTrial, boolean shadow,
            @Nullable Throwable error) {
        double millis = millis();
        return new Attempted(modality, trial, onTrial, shadow, error, Double.isNaN(first) ? millis : first, millis,
                residentBytes);
    }

    private double millis() {
        return (System.nanoTime() - began) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }
}
