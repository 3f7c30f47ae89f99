// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Pictures in other files: what a gateway keeps of media it knows by their bytes. */
final class AnotherFile {
    private AnotherFile() {}

    /** The bell of the fixtures, pixel by pixel, in a PNG that nobody else sends. */
    static byte[] ofTheBell() throws IOException {
        var bell = ImageIO.read(Python.ROOT.resolve("models/fixtures/bell.png").toFile());
        var file = new ByteArrayOutputStream();
        if (!ImageIO.write(Objects.requireNonNull(bell), "png", file)) {
            throw new IOException("no PNG can be written");
        }
        return file.toByteArray();
    }
}
