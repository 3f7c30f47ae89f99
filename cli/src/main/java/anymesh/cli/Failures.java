// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.kit.model.BundleException;

/** What to tell a person of an exception. */
final class Failures {
    private Failures() {}

    /** The message of the innermost cause that has one; of a bundle its own, which names the file and what to mend. */
    static String message(Throwable e) {
        var message = e.toString();
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof BundleException) {
                return String.valueOf(at.getMessage());
            }
            if (at.getMessage() != null) {
                message = at.getMessage();
            }
        }
        return message;
    }
}
