// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import java.time.Duration;

/** Who is told what becomes of outputs while a release is on trial. Called on event loops; must not block. */
public interface Trials {
    /** Nobody is told. */
    Trials NONE = new Trials() {
        @Override
        public Duration patience(Modality modality) {
            return Duration.ofDays(1);
        }

        @Override
        public void ended(Attempted attempted) {}

        @Override
        public void both(Twins twins) {}
    };

    /** How long an output of a release on trial may take before the releases that stand make it. */
    Duration patience(Modality modality);

    /** An output that was made, or failed, for a caller or to be compared. */
    void ended(Attempted attempted);

    /** One output, made by the releases that stand and by those on trial. */
    void both(Twins twins);
}
