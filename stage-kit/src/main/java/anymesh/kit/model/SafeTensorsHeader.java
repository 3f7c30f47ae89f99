// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a safetensors file of any size has, read without its tensors. Nothing that it says is believed before it fits the file. */
public final class SafeTensorsHeader {
    private static final String METADATA = "__metadata__";
    /** What Hugging Face's own reader takes at most. */
    private static final long MAX_HEADER = 100_000_000;
    private static final int LENGTH = 8;
    private static final Map<String, Integer> BYTES = Map.ofEntries(Map.entry("F64", 8), Map.entry("I64", 8),
            Map.entry("U64", 8), Map.entry("F32", 4), Map.entry("I32", 4), Map.entry("U32", 4), Map.entry("F16", 2),
            Map.entry("BF16", 2), Map.entry("I16", 2), Map.entry("U16", 2), Map.entry("I8", 1), Map.entry("U8", 1),
            Map.entry("BOOL", 1), Map.entry("F8_E4M3", 1), Map.entry("F8_E5M2", 1));

    private SafeTensorsHeader() {}

    /**
     * Where a tensor lies.
     *
     * @param type as the file spells it, such as {@code BF16}
     * @param offset of its first byte in the file
     * @param length in bytes
     */
    public record Part(Path file, String name, String type, List<Long> shape, long offset, long length) {

        public Part {
            shape = List.copyOf(shape);
        }

        /** Its bytes and what follows them. */
        public InputStream open() throws IOException {
            var in = Files.newInputStream(file);
            try {
                in.skipNBytes(offset);
                return in;
            } catch (IOException e) {
                in.close();
                throw e;
            }
        }
    }

    /** Every tensor by its name, in the order of the names; {@link BundleException} if the file is none, or not all of one. */
    public static Map<String, Part> read(Path file) {
        try (var in = Files.newInputStream(file)) {
            long size = Files.size(file);
            var prefix = in.readNBytes(LENGTH);
            if (prefix.length < LENGTH) {
                throw new BundleException(
                        "%s: %d bytes (expected: safetensors, which begin with the length of a header)".formatted(file,
                                prefix.length));
            }
            long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (length < 0 || length > size - LENGTH || length > MAX_HEADER) {
                throw new BundleException(
                        "%s: a header of %s bytes in a file of %d (expected: safetensors, whole, with a header of at most %d)"
                                .formatted(file, Long.toUnsignedString(length), size, MAX_HEADER));
            }
            if (!(JsonMapper.builder().build().readTree(in.readNBytes((int) length)) instanceof ObjectNode header)) {
                throw new BundleException(file + ": a header that is no JSON object (expected: safetensors)");
            }
            var parts = new TreeMap<String, Part>();
            for (var entry : header.properties()) {
                if (!entry.getKey().equals(METADATA)) {
                    parts.put(entry.getKey(),
                            part(file, entry.getKey(), entry.getValue(), LENGTH + length, size - LENGTH - length));
                }
            }
            return Collections.unmodifiableMap(parts);
        } catch (JsonProcessingException e) {
            throw new BundleException("%s: header: %s".formatted(file, JsonFault.of(e)), e);
        } catch (IOException e) {
            throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static Part part(Path file, String name, JsonNode entry, long data, long size) {
        var offsets = whole(entry.path("data_offsets"));
        var shape = whole(entry.path("shape"));
        var type = entry.path("dtype").asText();
        if (!entry.path("shape").isArray() || shape.size() != entry.path("shape").size() || offsets.size() != 2
                || entry.path("data_offsets").size() != 2 || type.isEmpty()) {
            throw wrong(file, name, "dtype, shape and data_offsets are not all there, or are no such");
        }
        long begin = offsets.get(0);
        long end = offsets.get(1);
        if (begin > end || end > size) {
            throw wrong(file, name, "it lies at %d to %d of %d bytes".formatted(begin, end, size));
        }
        var each = BYTES.get(type);
        if (each != null && bytes(shape, each) != end - begin) {
            throw wrong(file, name, "%s of %s in %d bytes".formatted(shape, type, end - begin));
        }
        return new Part(file, name, type, shape, data + begin, end - begin);
    }

    /** Numbers of 0 or more; fewer than there are if some are something else. */
    private static List<Long> whole(JsonNode list) {
        var numbers = new ArrayList<Long>();
        for (var node : list) {
            if (node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0) {
                numbers.add(node.longValue());
            }
        }
        return numbers;
    }

    /** -1 if there are more than a file can have. */
    private static long bytes(List<Long> shape, long each) {
        try {
            return shape.stream().reduce(each, Math::multiplyExact);
        } catch (ArithmeticException e) {
            return -1;
        }
    }

    private static BundleException wrong(Path file, String name, String what) {
        return new BundleException("%s: tensor '%s': %s (expected: safetensors, whole)".formatted(file,
                name.length() > 100 ? name.substring(0, 100) + "…" : name, what));
    }
}
