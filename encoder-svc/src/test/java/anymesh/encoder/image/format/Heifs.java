// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import static com.google.common.primitives.Bytes.concat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** HEICs that no camera writes: tiles of one unit of nothing, and whatever boxes a test puts beside them. */
final class Heifs {
    static final int GRID = 1;
    static final int SIDE = 64;
    private static final int FIRST_TILE = 2;
    private static final int SIZE_OF_GRID = 1;
    private static final int SIZE_OF_TILE = 2;
    private static final int CONFIGURATION = 3;

    private Heifs() {}

    /** A grid of so many tiles across and down, which are the items that are named; there are as many as the highest one says. */
    static byte[] grid(int columns, int rows, int tileBytes, List<Integer> named, byte[]... more) {
        int tiles = named.stream().mapToInt(Integer::intValue).max().orElse(0);
        var layout = ByteBuffer.allocate(8).putShort((short) 0).put((byte) (rows - 1)).put((byte) (columns - 1))
                .putShort((short) (columns * SIDE)).putShort((short) (rows * SIDE)).array();
        var start = box("ftyp", bytes("heic"), number(4, 0), bytes("heic"));
        int at = start.length + meta(0, tiles, tileBytes, layout, columns, rows, named, more).length;
        var tile = ByteBuffer.allocate(tileBytes).putInt(tileBytes - 4).array();
        var data = new ArrayList<byte[]>(List.of(layout));
        for (int i = 0; i < tiles; i++) {
            data.add(tile);
        }
        return concat(start, meta(at + 8, tiles, tileBytes, layout, columns, rows, named, more),
                box("mdat", data.toArray(byte[][]::new)));
    }

    private static byte[] meta(int dataAt, int tiles, int tileBytes, byte[] layout, int columns, int rows,
            List<Integer> named, byte[]... more) {
        var locations = new ByteArrayOutputStream();
        var information = new ByteArrayOutputStream();
        var properties = new ByteArrayOutputStream();
        locations.writeBytes(location(GRID, dataAt, layout.length));
        information.writeBytes(information(GRID, "grid"));
        properties.writeBytes(concat(number(2, GRID), new byte[]{1, SIZE_OF_GRID}));
        for (int i = 0; i < tiles; i++) {
            locations.writeBytes(location(FIRST_TILE + i, dataAt + layout.length + i * tileBytes, tileBytes));
            information.writeBytes(information(FIRST_TILE + i, "hvc1"));
            properties.writeBytes(concat(number(2, FIRST_TILE + i), new byte[]{2, SIZE_OF_TILE, CONFIGURATION}));
        }
        var references = new ByteArrayOutputStream();
        named.forEach(tile -> references.writeBytes(number(2, FIRST_TILE + tile - 1)));
        return box("meta", number(4, 0), full("pitm", number(2, GRID)),
                full("iloc", new byte[]{0x44, 0}, number(2, tiles + 1), locations.toByteArray()),
                full("iinf", number(2, tiles + 1), information.toByteArray()),
                full("iref", box("dimg", number(2, GRID), number(2, named.size()), references.toByteArray())),
                box("iprp",
                        box("ipco", size(columns * SIDE, rows * SIDE), size(SIDE, SIDE),
                                box("hvcC", new byte[21], number(1, 3), new byte[1])),
                        full("ipma", number(4, tiles + 1), properties.toByteArray())),
                concat(more));
    }

    private static byte[] location(int item, int at, int length) {
        return concat(number(2, item), number(2, 0), number(2, 1), number(4, at), number(4, length));
    }

    static byte[] information(int item, String type) {
        return box("infe", new byte[]{2, 0, 0, 0}, number(2, item), number(2, 0), bytes(type), new byte[1]);
    }

    static byte[] size(int width, int height) {
        return full("ispe", number(4, width), number(4, height));
    }

    static byte[] full(String tag, byte[]... content) {
        return box(tag, number(4, 0), concat(content));
    }

    static byte[] box(String tag, byte[]... content) {
        var all = concat(content);
        return concat(number(4, 8 + all.length), bytes(tag), all);
    }

    static byte[] number(int bytes, long value) {
        var number = ByteBuffer.allocate(8).putLong(value).array();
        return Arrays.copyOfRange(number, 8 - bytes, 8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
