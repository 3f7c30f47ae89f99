// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.v1.GeneratedMedia;

/** What became of one recording with one bundle. */
sealed interface Outcome {
    /** A file, and how long it took, from the request until the last byte. */
    record Made(GeneratedMedia media, double seconds) implements Outcome {}

    /** None, and the generator's reason. */
    record Refused(String why) implements Outcome {}
}
