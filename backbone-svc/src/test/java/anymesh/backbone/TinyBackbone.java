// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.backbone.bundle.BackboneBundle;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The committed bundle with random weights that src/test/python/make_tiny_backbone.py makes. Its bytes are its tokens. */
public final class TinyBackbone {
    private TinyBackbone() {}

    public static Path directory() {
        try {
            return Path.of(Objects.requireNonNull(TinyBackbone.class.getResource("/tiny-backbone")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    public static BackboneBundle load() {
        return BackboneBundle.load(directory());
    }

    /**
     * It with one of the decoders that take their rows in other ways: {@code masked} is its own, {@code grouped} and {@code equal} compute
     * the same, {@code mistaken} does too and looks as if it took padding, {@code quantized} is int8 by one scale for all rows,
     * {@code ids} looks tokens up itself and has no positions, {@code half} is of 16 bits, and what {@code recurrent} remembers keeps its
     * size.
     */
    public static BackboneBundle load(Path folder, String kind) throws IOException {
        copy(folder);
        if (!kind.equals("masked")) {
            try (var files = Files.list(directory().resolveSibling("tiny-decoders").resolve(kind))) {
                for (var file : files.toList()) {
                    replace(folder, file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        if (kind.equals("ids")) {
            var manifest = folder.resolve("manifest.json");
            Files.writeString(manifest,
                    Files.readString(manifest).replaceFirst("\"accepts\": \\[[^]]*]", "\"accepts\": []"));
        }
        return BackboneBundle.load(folder);
    }

    /** As {@link #load(Path, String)}, with one of these decoders as its draft model, or {@code sure}, which is {@code ids} and surer. */
    public static BackboneBundle load(Path folder, String kind, String draft) throws IOException {
        load(folder, kind).close();
        var into = Files.createDirectory(folder.resolve("draft"));
        var names = List.of("decoder.onnx", "embedding.onnx", "genai_config.json", "tokenizer.json");
        var file = folder.resolve("manifest.json");
        var json = JsonMapper.builder().build();
        var manifest = (ObjectNode) json.readTree(file.toFile());
        for (var name : names) {
            var other = directory().resolveSibling("tiny-decoders").resolve(draft).resolve(name);
            Files.copy(Files.exists(other) ? other : directory().resolve(name), into.resolve(name));
            manifest.withObject("/files").put("draft/" + name, sha256(into.resolve(name)));
        }
        manifest.putObject("draft").put("genai_config", "draft/genai_config.json").put("tokens", 6);
        json.writeValue(file.toFile(), manifest);
        return BackboneBundle.load(folder);
    }

    /** Copies the bundle into a folder with a chat template in the place of roles, and with what the template's variables are. */
    public static void copyTemplated(Path folder, String template) throws IOException {
        copy(folder);
        var config = "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"<|end|>\", \"pad_token\": null}";
        Files.writeString(folder.resolve("chat_template.jinja"), template);
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        var file = folder.resolve("manifest.json");
        var json = JsonMapper.builder().build();
        var manifest = (ObjectNode) json.readTree(file.toFile());
        for (var name : List.of("chat_template.jinja", "tokenizer_config.json")) {
            manifest.withObject("/files").put(name, sha256(folder.resolve(name)));
        }
        manifest.withObject("/prompt").put("template", "chat_template.jinja").remove(List.of("begin", "roles"));
        json.writeValue(file.toFile(), manifest);
    }

    /** What torch computed when the bundle was made. */
    public static Fixture reference() {
        return Fixture.read(directory().resolve("reference.safetensors"));
    }

    /** Copies the bundle into a folder with one text of one file replaced, and the checksum to match. */
    public static void copyWith(Path folder, String file, String from, String to) throws IOException {
        var before = Files.readString(directory().resolve(file));
        if (!before.contains(from)) {
            throw new IllegalArgumentException(from);
        }
        copyWith(folder, file, before.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(to))
                .getBytes(StandardCharsets.UTF_8));
    }

    /** Copies the bundle into a folder with another file in the place of one, and the checksum to match. */
    public static void copyWithFile(Path folder, String file, Path other) throws IOException {
        copyWith(folder, file, Files.readAllBytes(other));
    }

    private static void copyWith(Path folder, String file, byte[] contents) throws IOException {
        copy(folder);
        replace(folder, file, contents);
    }

    private static void copy(Path folder) throws IOException {
        try (var files = Files.list(directory())) {
            for (var path : files.toList()) {
                Files.copy(path, folder.resolve(path.getFileName()));
            }
        }
    }

    /** Puts another file in the place of one, and the checksum to match. */
    public static void replace(Path folder, String file, byte[] contents) throws IOException {
        var manifest = folder.resolve("manifest.json");
        var old = sha256(folder.resolve(file));
        Files.write(folder.resolve(file), contents);
        Files.writeString(manifest, Files.readString(manifest).replace(old, sha256(folder.resolve(file))));
    }

    private static String sha256(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
