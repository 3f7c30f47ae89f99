// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

/** What to tell a person of an exception. */
final class Failures {
    private Failures() {}

    /** The message of the innermost cause that has one. */
    static String message(Throwable e) {
        var message = e.toString();
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at.getMessage() != null) {
                message = at.getMessage();
            }
        }
        return message;
    }
}
