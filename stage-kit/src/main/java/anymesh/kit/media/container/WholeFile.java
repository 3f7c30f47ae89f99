// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import anymesh.wire.error.InvalidInput;
import java.util.List;

/** Tells a file that is all there from one that is cut off, by its bytes and whatever it is called. */
public final class WholeFile {
    private static final List<Container> CONTAINERS = List.of(new RiffFile(), new IffFile(), new IsoFile(),
            new MatroskaFile(), new OggFile(), new AsfFile(), new CafFile(), new GifFile(), new TransportStream(),
            new FrameStream());

    private WholeFile() {}

    /**
     * The file as a decoder is to have it: itself, but for one that was streamed, which may get the lengths that it has.
     * {@link InvalidInput} for one that ends in the middle of a part, or says that it holds no samples.
     */
    public static byte[] check(byte[] file) {
        var bytes = new Bytes(file);
        if (WavHeader.isWav(bytes)) {
            return WavHeader.read(bytes).honest(file);
        }
        for (var container : CONTAINERS) {
            if (container.is(bytes)) {
                long end = container.end(bytes);
                if (end > file.length) {
                    throw new InvalidInput("the file is cut off: it says that it has %d bytes, but only %d are there"
                            .formatted(end, file.length));
                }
                return container.honest(file);
            }
        }
        return file;
    }
}
