// SPDX-License-Identifier: Apache-2.0
/**
 * What enters generators, kept in files to be replayed to another release: off by default, asked for by a document in the
 * mesh's store that every gateway follows. Start with {@link anymesh.gateway.recording.Recorder}; a file is a
 * {@link anymesh.gateway.recording.RecordedInput}. Files are written on one thread of a gateway's own, never on an event loop,
 * and no request waits for one or fails by one.
 */
@NullMarked
package anymesh.gateway.recording;

import org.jspecify.annotations.NullMarked;
