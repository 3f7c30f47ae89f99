// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import java.io.Serial;

/** A scheduler config asks for something that is not implemented. The message names the option and its value. */
public final class SchedulerRefusedException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1;

    public SchedulerRefusedException(String message) {
        super(message);
    }
}
