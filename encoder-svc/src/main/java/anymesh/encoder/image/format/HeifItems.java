// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The items of a HEIF's {@code meta} box (ISO 23008-12), as far as a still picture needs them. */
final class HeifItems {
    private static final int MAX_ITEMS = 4096;
    private static final List<Orientation> TURNS_LEFT = List.of(Orientation.UPRIGHT, Orientation.TURN_LEFT,
            Orientation.HALF_TURN, Orientation.TURN_RIGHT);
    /** How AVIF and HEIC name a plane of opacity. */
    private static final List<String> ALPHA = List.of("alpha", "urn:mpeg:hevc:2015:auxid:1");
    private static final int MATRIX_BT709 = 1;
    private static final int MATRIX_BT2020 = 9;

    private final Bytes file;
    private final Map<Long, String> types = new HashMap<>();
    private final Map<Long, ByteBuffer> data = new HashMap<>();
    private final Map<Long, List<Property>> properties = new HashMap<>();
    private final List<Reference> references = new ArrayList<>();
    private long primary = -1;

    private record Box(String type, long at, long end) {}

    private record Property(String type, ByteBuffer content) {}

    private record Reference(String type, long from, List<Long> to) {}

    private HeifItems(Bytes file) {
        this.file = file;
    }

    static HeifItems read(Bytes file) {
        var items = new HeifItems(file);
        for (var box : items.boxes(0, file.size())) {
            if (box.type().equals("meta")) {
                items.meta(box);
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

    private List<Box> boxes(long from, long end) {
        var boxes = new ArrayList<Box>();
        for (long at = from; at + 8 <= end;) {
            long length = file.u32(at);
            int header = 8;
            if (length == 1) {
                length = (file.u32(at + 8) << 32) | file.u32(at + 12);
                header = 16;
            } else if (length == 0) {
                length = end - at;
            }
            if (length < header || length > end - at) {
                throw Bytes.cutOff();
            }
            if (boxes.size() == MAX_ITEMS) {
                throw Bytes.damaged("it is made of too many pieces");
            }
            boxes.add(new Box(file.tag(at + 4), at + header, at + length));
            at += length;
        }
        return boxes;
    }

    private void meta(Box meta) {
        var boxes = boxes(meta.at() + 4, meta.end());
        long stored = boxes.stream().filter(box -> box.type().equals("idat")).mapToLong(Box::at).findFirst().orElse(-1);
        for (var box : boxes) {
            int version = box.end() - box.at() >= 4 ? file.u8(box.at()) : 0;
            switch (box.type()) {
                case "pitm" -> primary = number(box.at() + 4, version == 0 ? 2 : 4);
                case "iinf" -> boxes(box.at() + (version == 0 ? 6 : 8), box.end()).forEach(this::information);
                case "iref" -> boxes(box.at() + 4, box.end()).forEach(one -> reference(one, version == 0 ? 2 : 4));
                case "iloc" -> locations(box, version, stored);
                case "iprp" -> properties(box);
                default -> {
                    // Whose picture it is.
                }
            }
        }
    }

    private long number(long at, int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = (number << 8) | file.u8(at + i);
        }
        return number;
    }

    private void information(Box box) {
        int version = file.u8(box.at());
        if (version >= 2) {
            int bytes = version == 2 ? 2 : 4;
            types.put(number(box.at() + 4, bytes), file.tag(box.at() + 4 + bytes + 2));
        }
    }

    private void reference(Box box, int bytes) {
        var to = new ArrayList<Long>();
        int count = file.u16(box.at() + bytes);
        for (int i = 0; i < Math.min(count, MAX_ITEMS); i++) {
            to.add(number(box.at() + bytes + 2 + (long) bytes * i, bytes));
        }
        references.add(new Reference(box.type(), number(box.at(), bytes), to));
    }

    private void locations(Box box, int version, long stored) {
        int offsetBytes = file.u8(box.at() + 4) >> 4;
        int lengthBytes = file.u8(box.at() + 4) & 15;
        int baseBytes = file.u8(box.at() + 5) >> 4;
        int indexBytes = version == 0 ? 0 : file.u8(box.at() + 5) & 15;
        int idBytes = version < 2 ? 2 : 4;
        long at = box.at() + 6 + idBytes;
        for (long count = number(box.at() + 6, idBytes); count > 0; count--) {
            long id = number(at, idBytes);
            at += idBytes;
            int method = version == 0 ? 0 : file.u16(at) & 15;
            at += version == 0 ? 2 : 4;
            long base = number(at, baseBytes) + (method == 1 ? stored : 0);
            at += baseBytes;
            int extents = file.u16(at);
            at += 2;
            if (extents == 1 && method < 2) {
                data.put(id, file.slice(base + number(at + indexBytes, offsetBytes),
                        number(at + indexBytes + offsetBytes, lengthBytes)));
            }
            at += (long) extents * (indexBytes + offsetBytes + lengthBytes);
        }
    }

    private void properties(Box box) {
        var all = new ArrayList<Property>();
        for (var part : boxes(box.at(), box.end())) {
            if (part.type().equals("ipco")) {
                boxes(part.at(), part.end())
                        .forEach(one -> all.add(new Property(one.type(), file.slice(one.at(), one.end() - one.at()))));
            } else if (part.type().equals("ipma")) {
                associations(part, all);
            }
        }
    }

    private void associations(Box box, List<Property> all) {
        int idBytes = file.u8(box.at()) == 0 ? 2 : 4;
        int indexBytes = (file.u8(box.at() + 3) & 1) + 1;
        long at = box.at() + 8;
        for (long count = file.u32(box.at() + 4); count > 0; count--) {
            var ofItem = properties.computeIfAbsent(number(at, idBytes), _ -> new ArrayList<>());
            int associations = file.u8(at + idBytes);
            at += idBytes + 1;
            for (int i = 0; i < associations; i++, at += indexBytes) {
                int index = (int) number(at, indexBytes) & (indexBytes == 1 ? 0x7F : 0x7FFF);
                if (index >= 1 && index <= all.size()) {
                    ofItem.add(all.get(index - 1));
                }
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

        ByteBuffer data() {
            var bytes = data.get(id);
            if (bytes == null) {
                throw new InvalidInput("a HEIC or AVIF whose parts are scattered is not read");
            }
            return bytes;
        }

        boolean has(String property) {
            return all().stream().anyMatch(one -> one.type().equals(property));
        }

        ByteBuffer property(String wanted) {
            return all().stream().filter(one -> one.type().equals(wanted)).findFirst()
                    .orElseThrow(() -> Bytes.damaged("it lacks '%s'".formatted(wanted))).content();
        }

        boolean isAlpha() {
            if (!has("auxC")) {
                return false;
            }
            var purpose = StandardCharsets.ISO_8859_1.decode(property("auxC").duplicate()).toString();
            return ALPHA.stream().anyMatch(purpose::contains);
        }

        boolean sameConfiguration(Item other) {
            var name = type.equals("hvc1") ? "hvcC" : "av1C";
            return property(name).equals(other.property(name)) && size().equals(other.size());
        }

        Size size() {
            var size = new Bytes(property("ispe"), ByteOrder.BIG_ENDIAN);
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
                var colour = new Bytes(property.content(), ByteOrder.BIG_ENDIAN);
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
                var content = new Bytes(property.content(), ByteOrder.BIG_ENDIAN);
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

        private List<Property> all() {
            return properties.getOrDefault(id, List.of());
        }
    }
}
