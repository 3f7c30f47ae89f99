// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.wire.error.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The items of a HEIF's {@code meta} box (ISO 23008-12), as far as a still picture needs them. A box is read as a file of its own,
 * so that nothing in it reaches beyond its end, and what it counts is held against what it holds before anything is made of it.
 */
final class HeifItems {
    /** Boxes, and entries of their tables, in the whole directory: a thousand tiles with properties of their own have a fourth. */
    private static final int MAX_ENTRIES = 1 << 16;
    /** Of one item. */
    private static final int MAX_PROPERTIES = 64;
    /** Of those that are looked into, once for each item that has them. */
    private static final int MAX_PROPERTY_BYTES = 1 << 16;
    private static final List<Orientation> TURNS_LEFT = List.of(Orientation.UPRIGHT, Orientation.TURN_LEFT,
            Orientation.HALF_TURN, Orientation.TURN_RIGHT);
    /** How AVIF and HEIC name a plane of opacity. */
    private static final List<String> ALPHA = List.of("alpha", "urn:mpeg:hevc:2015:auxid:1");
    private static final int LONGEST_PURPOSE = 64;
    private static final int MATRIX_BT709 = 1;
    private static final int MATRIX_BT2020 = 9;

    private final Bytes file;
    private final Map<Long, String> types = new HashMap<>();
    private final Map<Long, Bytes> data = new HashMap<>();
    private final Map<Long, List<Box>> properties = new HashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private long primary = -1;
    private long entries;

    private record Box(String type, Bytes content) {}

    private record Reference(String type, long from, List<Long> to) {}

    private HeifItems(Bytes file) {
        this.file = file;
    }

    static HeifItems read(Bytes file) {
        var items = new HeifItems(file);
        for (var box : items.boxes(file, 0)) {
            if (box.type().equals("meta")) {
                items.meta(box.content());
                return items;
            }
        }
        throw Bytes.damaged("its directory is missing");
    }

    Item primary() {
        return item(primary);
    }

    List<Item> tiles(Item grid) {
        return references.stream().filter(one -> one.type().equals("dimg") && one.from() == grid.id())
                .flatMap(one -> one.to().stream()).map(this::item).toList();
    }

    boolean hasAlpha(Item item) {
        return references.stream().filter(one -> one.type().equals("auxl") && one.to().contains(item.id()))
                .anyMatch(one -> item(one.from()).isAlpha());
    }

    private Item item(long id) {
        var type = types.get(id);
        if (type == null) {
            throw Bytes.damaged("its directory names what is not there");
        }
        return new Item(id, type);
    }

    /** A count that a box names of entries of so many bytes, which begin there. */
    private long counted(long count, int bytes, Bytes box, long at) {
        if (count * bytes > box.size() - at) {
            throw Bytes.damaged("its directory counts more than it holds");
        }
        entries += count;
        if (entries > MAX_ENTRIES) {
            throw Bytes.damaged("it is made of too many pieces");
        }
        return count;
    }

    private List<Box> boxes(Bytes in, long from) {
        var boxes = new ArrayList<Box>();
        for (long at = from; at + 8 <= in.size();) {
            long length = in.u32(at);
            int header = 8;
            if (length == 1) {
                length = in.big(at + 8, 8);
                header = 16;
            } else if (length == 0) {
                length = in.size() - at;
            }
            if (length < header) {
                throw Bytes.cutOff();
            }
            counted(1, header, in, at);
            boxes.add(new Box(in.tag(at + 4), in.part(at + header, length - header)));
            at += length;
        }
        return boxes;
    }

    private void meta(Bytes meta) {
        var boxes = boxes(meta, 4);
        var stored = boxes.stream().filter(box -> box.type().equals("idat")).map(Box::content).findFirst()
                .orElseGet(() -> meta.part(0, 0));
        for (var box : boxes) {
            var content = box.content();
            int version = content.size() >= 4 ? content.u8(0) : 0;
            switch (box.type()) {
                case "pitm" -> primary = content.big(4, version == 0 ? 2 : 4);
                case "iinf" -> boxes(content, version == 0 ? 6 : 8).forEach(one -> information(one.content()));
                case "iref" -> boxes(content, 4).forEach(one -> reference(one, version == 0 ? 2 : 4));
                case "iloc" -> locations(content, version, stored);
                case "iprp" -> properties(content);
                default -> {
                    // Whose picture it is.
                }
            }
        }
    }

    private void information(Bytes box) {
        int version = box.u8(0);
        if (version >= 2) {
            int bytes = version == 2 ? 2 : 4;
            types.put(box.big(4, bytes), box.tag(4 + bytes + 2));
        }
    }

    private void reference(Box box, int bytes) {
        var content = box.content();
        var to = new ArrayList<Long>();
        int at = bytes + 2;
        for (long count = counted(content.u16(bytes), bytes, content, at); count > 0; count--) {
            to.add(content.big(at, bytes));
            at += bytes;
        }
        references.add(new Reference(box.type(), content.big(0, bytes), to));
    }

    private void locations(Bytes box, int version, Bytes stored) {
        int offsetBytes = box.u8(4) >> 4;
        int lengthBytes = box.u8(4) & 15;
        int baseBytes = box.u8(5) >> 4;
        int indexBytes = version == 0 ? 0 : box.u8(5) & 15;
        int idBytes = version < 2 ? 2 : 4;
        int methodBytes = version == 0 ? 0 : 2;
        int itemBytes = idBytes + methodBytes + 2 + baseBytes + 2;
        long at = 6L + idBytes;
        for (long count = counted(box.big(6, idBytes), itemBytes, box, at); count > 0; count--) {
            long id = box.big(at, idBytes);
            int method = (int) box.big(at + idBytes, methodBytes) & 15;
            long base = box.big(at + itemBytes - 2 - baseBytes, baseBytes);
            at += itemBytes;
            int extentBytes = indexBytes + offsetBytes + lengthBytes;
            long extents = counted(box.u16(at - 2), extentBytes, box, at);
            if (extents == 1 && method < 2) {
                data.put(id, (method == 1 ? stored : file).part(base + box.big(at + indexBytes, offsetBytes),
                        box.big(at + indexBytes + offsetBytes, lengthBytes)));
            }
            at += extents * extentBytes;
        }
    }

    private void properties(Bytes box) {
        var all = new ArrayList<Box>();
        for (var part : boxes(box, 0)) {
            if (part.type().equals("ipco")) {
                all.addAll(boxes(part.content(), 0));
            } else if (part.type().equals("ipma")) {
                associations(part.content(), all);
            }
        }
    }

    private void associations(Bytes box, List<Box> all) {
        int idBytes = box.u8(0) == 0 ? 2 : 4;
        int indexBytes = (box.u8(3) & 1) + 1;
        long at = 8;
        for (long count = counted(box.u32(4), idBytes + 1, box, at); count > 0; count--) {
            var ofItem = properties.computeIfAbsent(box.big(at, idBytes), _ -> new ArrayList<>());
            at += idBytes + 1;
            for (long left = counted(box.u8(at - 1), indexBytes, box, at); left > 0; left--, at += indexBytes) {
                int index = (int) box.big(at, indexBytes) & (indexBytes == 1 ? 0x7F : 0x7FFF);
                if (index >= 1 && index <= all.size()) {
                    ofItem.add(all.get(index - 1));
                }
            }
            if (ofItem.size() > MAX_PROPERTIES) {
                throw Bytes.damaged("an item of %d properties".formatted(ofItem.size()));
            }
        }
    }

    /** One item, such as a picture or a tile. */
    final class Item {
        private final long id;
        private final String type;

        private Item(long id, String type) {
            this.id = id;
            this.type = type;
        }

        long id() {
            return id;
        }

        String type() {
            return type;
        }

        Bytes data() {
            var bytes = data.get(id);
            if (bytes == null) {
                throw new InvalidInput("a HEIC or AVIF whose parts are scattered is not read");
            }
            return bytes;
        }

        boolean has(String property) {
            return all().stream().anyMatch(one -> one.type().equals(property));
        }

        Bytes property(String wanted) {
            var content = all().stream().filter(one -> one.type().equals(wanted)).findFirst()
                    .orElseThrow(() -> Bytes.damaged("it lacks '%s'".formatted(wanted))).content();
            if (content.size() > MAX_PROPERTY_BYTES) {
                throw Bytes.damaged("%d bytes of '%s'".formatted(content.size(), wanted));
            }
            return content;
        }

        boolean isAlpha() {
            if (!has("auxC")) {
                return false;
            }
            var content = property("auxC");
            var purpose = StandardCharsets.ISO_8859_1
                    .decode(content.slice(0, Math.min(content.size(), LONGEST_PURPOSE))).toString();
            return ALPHA.stream().anyMatch(purpose::contains);
        }

        boolean sameConfiguration(Item other) {
            var name = type.equals("hvc1") ? "hvcC" : "av1C";
            return property(name).all().equals(other.property(name).all()) && size().equals(other.size());
        }

        Size size() {
            var size = property("ispe");
            long width = size.u32(4);
            long height = size.u32(8);
            if (width < 1 || height < 1 || width > Short.MAX_VALUE * 2L || height > Short.MAX_VALUE * 2L) {
                throw Bytes.damaged("a size of %dx%d".formatted(width, height));
            }
            return new Size((int) width, (int) height);
        }

        /** ffmpeg's filter that says how its colours are to be understood, where the file itself says so. */
        List<String> colours() {
            for (var property : all()) {
                var colour = property.content();
                if (property.type().equals("colr") && colour.tag(0).equals("nclx")) {
                    var matrix = switch (colour.u16(8)) {
                        case MATRIX_BT709 -> "bt709";
                        case MATRIX_BT2020 -> "bt2020nc";
                        default -> "smpte170m";
                    };
                    return List.of("setparams=range=%s:colorspace=%s".formatted(
                            (colour.u8(10) & 0x80) == 0 ? "tv" : "pc", matrix));
                }
            }
            return List.of();
        }

        /** Adds the filters that crop it and put it upright, in the file's order, and returns the size that it has then. */
        Size transformed(List<String> filters) {
            var size = size();
            for (var property : all()) {
                var content = property.content();
                switch (property.type()) {
                    case "clap" -> size = cropped(content, size, filters);
                    case "irot" -> {
                        var turn = TURNS_LEFT.get(content.u8(0) & 3);
                        filters.addAll(turn.filters());
                        size = turn.upright(size);
                    }
                    case "imir" -> {
                        boolean acrossTheMiddle = (content.u8(0) & 1) == 0;
                        filters.addAll((acrossTheMiddle ? Orientation.FLIPPED : Orientation.MIRRORED).filters());
                    }
                    default -> {
                        // Does not move a pixel.
                    }
                }
            }
            return size;
        }

        /** Four fractions: width, height, and how far its centre lies from the picture's. */
        private static Size cropped(Bytes clap, Size from, List<String> filters) {
            var numbers = new double[4];
            for (int i = 0; i < 4; i++) {
                numbers[i] = (double) (int) clap.u32(8L * i) / clap.u32(8L * i + 4);
            }
            var size = new Size((int) numbers[0], (int) numbers[1]);
            int left = (int) Math.floor((from.width() - size.width()) / 2.0 + numbers[2]);
            int top = (int) Math.floor((from.height() - size.height()) / 2.0 + numbers[3]);
            if (size.width() < 1 || size.height() < 1 || left < 0 || top < 0 || left + size.width() > from.width()
                    || top + size.height() > from.height()) {
                throw Bytes.damaged("its crop does not lie within it");
            }
            filters.add("crop=%d:%d:%d:%d:exact=1".formatted(size.width(), size.height(), left, top));
            return size;
        }

        private List<Box> all() {
            return properties.getOrDefault(id, List.of());
        }
    }
}
