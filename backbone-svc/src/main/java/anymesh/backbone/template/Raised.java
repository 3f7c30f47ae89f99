// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** What a template says with {@code raise_exception}: it doesn't want such messages. */
final class Raised extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Raised(String message) {
        super(message, null, false, false); // it ends a rendering, and is no fault
    }
}
