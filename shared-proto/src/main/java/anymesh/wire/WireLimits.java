// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

/** What one message may hold. Both ends use the same numbers, so that nothing is sent that will not be taken. */
public final class WireLimits {
    /** The largest gRPC message, embeddings included. */
    public static final int MAX_MESSAGE_BYTES = 64 << 20;
    /** The largest description ({@code ipc_schema}, {@code ipc_header}, each) of a batch. */
    public static final int MAX_METADATA_BYTES = 64 << 10;
    /** The most rows in a batch. */
    public static final int MAX_ROWS = 4096;
    /** The most batches in a message. */
    public static final int MAX_BATCHES = 256;
    /** The most axes of one row. */
    public static final int MAX_RANK = 8;
    /** The longest name of a space, a bundle or a version, in characters. */
    public static final int MAX_NAME_LENGTH = 256;
    /** The largest picture, sound or clip, encoded. */
    public static final int MAX_MEDIA_BYTES = 32 << 20;
    /** The most metadata (request id, trace, error) that a call carries besides its messages. */
    public static final int MAX_CALL_METADATA_BYTES = 16 << 10;

    private WireLimits() {}
}
