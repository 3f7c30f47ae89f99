// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads Hugging Face's safetensors format: an eight-byte length, a JSON header, then the raw tensors. Tensors of F32,
 * F16, I64, I32 and BOOL; {@link BundleException} for anything else or a file that lies about its lengths.
 */
public final class SafeTensors {
    private static final String METADATA = "__metadata__";

    private SafeTensors() {}

    /** Every tensor of the file by its name. */
    public static Map<String, Tensor> read(Path file) {
        var contents = bytes(file);
        var header = header(file, contents);
        var data = contents.slice(8 + headerLength(file, contents),
                contents.capacity() - 8 - headerLength(file, contents));
        var tensors = new LinkedHashMap<String, Tensor>();
        header.properties().forEach(entry -> {
            if (!entry.getKey().equals(METADATA)) {
                tensors.put(entry.getKey(), tensor(file, entry.getKey(), entry.getValue(), data));
            }
        });
        return Collections.unmodifiableMap(tensors);
    }

    /** The free-form strings that the writer left in the header. */
    public static Map<String, String> metadata(Path file) {
        var texts = new LinkedHashMap<String, String>();
        header(file, bytes(file)).path(METADATA).properties()
                .forEach(entry -> texts.put(entry.getKey(), entry.getValue().asText()));
        return Collections.unmodifiableMap(texts);
    }

    private static Tensor tensor(Path file, String name, JsonNode entry, ByteBuffer data) {
        var type = switch (entry.path("dtype").asText()) {
            case "F32" -> ElementType.FLOAT32;
            case "F16" -> ElementType.FLOAT16;
            case "I64" -> ElementType.INT64;
            case "I32" -> ElementType.INT32;
            case "BOOL", "U8" -> ElementType.BOOL;
            default ->
                throw new BundleException("%s: tensor '%s' of type %s".formatted(file, name, entry.path("dtype")));
        };
        var shape = new long[entry.path("shape").size()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = entry.path("shape").path(i).asLong();
        }
        int begin = entry.path("data_offsets").path(0).asInt();
        int end = entry.path("data_offsets").path(1).asInt();
        try {
            return Tensor.wrap(data.slice(begin, end - begin), type, shape);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BundleException("%s: tensor '%s': %s".formatted(file, name, e.getMessage()), e);
        }
    }

    private static JsonNode header(Path file, ByteBuffer contents) {
        var json = new byte[headerLength(file, contents)];
        contents.get(8, json);
        try {
            return JsonMapper.builder().build().readTree(new String(json, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BundleException(file + ": header is no JSON: " + e.getMessage(), e);
        }
    }

    private static int headerLength(Path file, ByteBuffer contents) {
        long length = contents.capacity() < 8 ? -1 : contents.getLong(0);
        if (length < 0 || length > contents.capacity() - 8) {
            throw new BundleException(
                    "%s: header of %d bytes in a file of %d".formatted(file, length, contents.capacity()));
        }
        return (int) length;
    }

    private static ByteBuffer bytes(Path file) {
        try {
            var contents = Files.readAllBytes(file);
            return ByteBuffer.allocateDirect(contents.length).order(ByteOrder.LITTLE_ENDIAN).put(contents).flip();
        } catch (IOException e) {
            throw new BundleException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
