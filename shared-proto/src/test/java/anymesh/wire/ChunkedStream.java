// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;

/** Shows its bytes as gRPC's Netty transport does: a known length, in direct buffers of some size. */
final class ChunkedStream extends ByteArrayInputStream implements KnownLength, HasByteBuffer {
    private final int chunk;

    ChunkedStream(byte[] bytes, int chunk) {
        super(bytes);
        this.chunk = chunk;
    }

    @Override
    public boolean byteBufferSupported() {
        return true;
    }

    @Override
    public ByteBuffer getByteBuffer() {
        int length = Math.min(chunk, count - pos);
        ByteBuffer direct = ByteBuffer.allocateDirect(length);
        return direct.put(buf, pos, length).flip();
    }
}
