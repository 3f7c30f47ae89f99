// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.HeifItems.Item;
import anymesh.encoder.image.format.PictureFile.Cost;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * HEIC and AVIF: the primary picture, which may be a grid of tiles as phones make them. The decoder is given the bare stream of
 * HEVC or AV1, a frame a tile, and puts the tiles together.
 */
final class HeifFile {
    private static final Set<String> BRANDS = Set.of("heic", "heix", "mif1", "heim", "heis", "avif");
    private static final byte[] START_CODE = {0, 0, 0, 1};
    private static final byte[] TEMPORAL_DELIMITER = {0x12, 0};
    private static final int MAX_TILES = 1024;

    private final Bytes file;
    private final HeifItems items;
    private final Parts parts;

    private HeifFile(ByteBuffer raw) {
        this.file = new Bytes(raw, ByteOrder.BIG_ENDIAN);
        this.parts = new Parts(file);
        boolean known = false;
        for (long at = 8; at + 4 <= file.u32(0); at += 4) {
            known |= at != 12 && BRANDS.contains(file.tag(at));
        }
        if (!known) {
            throw new InvalidInput(
                    "not a picture that can be read (expected: %s)".formatted(PictureFormat.READABLE));
        }
        this.items = HeifItems.read(file);
    }

    static PictureFile read(ByteBuffer raw) {
        return new HeifFile(raw).read();
    }

    private PictureFile read() {
        var primary = items.primary();
        boolean grid = primary.type().equals("grid");
        var tiles = grid ? items.tiles(primary) : List.of(primary);
        if (tiles.isEmpty() || tiles.size() > MAX_TILES) {
            throw Bytes.damaged("a grid of %d tiles".formatted(tiles.size()));
        }
        if (items.hasAlpha(primary)) {
            throw new InvalidInput("a HEIC or AVIF with transparency is not read (expected: PNG or WebP for that)");
        }
        var first = tiles.getFirst();
        var format = switch (first.type()) {
            case "hvc1" -> PictureFormat.HEIC;
            case "av01" -> PictureFormat.AVIF;
            default -> throw new InvalidInput("a picture of %s is not read (expected: HEVC or AV1)".formatted(
                    first.type()));
        };
        if (format == PictureFormat.HEIC) {
            parameterSets(first);
        }
        for (var tile : tiles) {
            if (!tile.type().equals(first.type()) || !tile.sameConfiguration(first)) {
                throw new InvalidInput("a picture of tiles that differ is not read");
            }
            if (format == PictureFormat.HEIC) {
                hevc(tile);
            } else {
                av1(tile);
            }
        }
        var filters = new ArrayList<>(first.colours());
        var seen = primary.size();
        if (grid) {
            filters.addAll(tiled(primary, first.size(), tiles.size()));
        }
        long pixels = (long) seen.width() * seen.height();
        seen = primary.transformed(filters);
        return new PictureFile(format, first.size(), seen, filters, Orientation.UPRIGHT, false,
                new Cost(grid ? 16 : 48, 0, Long.MAX_VALUE, 4 * pixels), parts.all(), List.of());
    }

    /** What the slices of all tiles are decoded with, each behind a start code instead of its length. */
    private void parameterSets(Item tile) {
        var configuration = tile.property("hvcC");
        long at = 23;
        for (int arrays = configuration.u8(22); arrays > 0; arrays--) {
            int units = configuration.u16(at + 1);
            at += 3;
            for (; units > 0; units--) {
                unit(configuration.slice(at + 2, configuration.u16(at)));
                at += 2 + configuration.u16(at);
            }
        }
    }

    /** The slices, behind start codes too. */
    private void hevc(Item tile) {
        int lengthBytes = (tile.property("hvcC").u8(21) & 3) + 1;
        var data = tile.data();
        for (long at = 0; at < data.size();) {
            long length = data.big(at, lengthBytes);
            unit(data.slice(at + lengthBytes, length));
            at += lengthBytes + length;
        }
    }

    /** Each tile is a temporal unit, which begins with a delimiter; some writers leave theirs. */
    private void av1(Item tile) {
        var data = tile.data().all();
        if (!Bytes.startsWith(data, TEMPORAL_DELIMITER)) {
            parts.add(ByteBuffer.wrap(TEMPORAL_DELIMITER));
        }
        parts.keep(data);
    }

    private void unit(ByteBuffer unit) {
        parts.add(ByteBuffer.wrap(START_CODE));
        parts.keep(unit);
    }

    private static List<String> tiled(Item grid, Size tile, int count) {
        var layout = grid.data();
        int rows = layout.u8(2) + 1;
        int columns = layout.u8(3) + 1;
        var size = grid.size();
        if (rows * columns != count || (long) columns * tile.width() < size.width()
                || (long) rows * tile.height() < size.height() || (columns - 1L) * tile.width() >= size.width()
                || (rows - 1L) * tile.height() >= size.height()) {
            throw Bytes.damaged("its tiles do not cover it");
        }
        return List.of("tile=%dx%d".formatted(columns, rows),
                "crop=%d:%d:0:0:exact=1".formatted(size.width(), size.height()));
    }
}
