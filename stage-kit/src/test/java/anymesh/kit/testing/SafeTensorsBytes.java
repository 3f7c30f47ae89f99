// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes safetensors files of any content, such as no library would write. */
public final class SafeTensorsBytes {
    private SafeTensorsBytes() {}

    /** A file with this header. */
    public static Path write(Path file, String header, byte[] data) {
        return write(file, header.getBytes(StandardCharsets.UTF_8).length, header, data);
    }

    /** A file whose header has another length than it says. */
    public static Path write(Path file, long length, String header, byte[] data) {
        var text = header.getBytes(StandardCharsets.UTF_8);
        try {
            return Files.write(file, ByteBuffer.allocate(8 + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(length).put(text).put(data).array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
