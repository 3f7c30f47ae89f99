// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

/** What a pipeline made, not yet a file. */
public sealed interface Media permits Picture, GeneratedSound, GeneratedClip {

    /** The pixels of all its frames, or its samples. */
    long elements();
}
