// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import anymesh.kit.catalogue.Component;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** A folder with a manifest and the files it lists, verified when opened. Every fault is a {@link BundleException}. */
public record ModelBundle(Path directory, Manifest manifest) {
    private static final String MANIFEST = "manifest.json";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();
    private static final List<String> KEYS = List.of("schema", "bundle", "version", "component", "precision", "license",
            "files");

    /** Reads the manifest, checks that it is for this component, and checks each file against its checksum. */
    public static ModelBundle open(Path directory, Component component) {
        var bundle = new ModelBundle(directory, manifest(directory, component));
        bundle.manifest.files().keySet().forEach(bundle::requireThere);
        MemoryNeed.of(bundle).requireRoom();
        bundle.manifest.files().forEach(bundle::verify);
        bundle.manifest.files().keySet().stream().filter(file -> file.endsWith(".onnx"))
                .forEach(bundle::requireListedWeights);
        return bundle;
    }

    /** The manifest alone, of a bundle for this component; nobody has looked at the files. */
    public static Manifest manifest(Path directory, Component component) {
        var manifest = manifest(directory);
        if (manifest.component() != component) {
            throw new BundleException("%s/%s: component %s (expected: %s)".formatted(directory, MANIFEST,
                    manifest.component().json(), component.json()));
        }
        return manifest;
    }

    /** The manifest alone, whatever the bundle is for; nobody has looked at the files. */
    public static Manifest manifest(Path directory) {
        var path = directory.resolve(MANIFEST);
        if (!Files.exists(path)) {
            throw new BundleException(path + ": no such file (expected: the bundle's manifest)");
        }
        var json = read(path, JsonNode.class);
        for (var key : KEYS) {
            if (!json.hasNonNull(key)) {
                throw new BundleException("%s: %s: absent".formatted(path, key));
            }
        }
        var manifest = as(path, json, Manifest.class);
        if (manifest.schema() != Manifest.SCHEMA) {
            throw new BundleException("%s/%s: schema %d (expected: %d)".formatted(directory, MANIFEST,
                    manifest.schema(), Manifest.SCHEMA));
        }
        return manifest;
    }

    /** A file of the bundle; one that the manifest doesn't list, and so nobody checked, is refused. */
    public Path file(String relative) {
        if (!manifest.files().containsKey(relative)) {
            throw new BundleException("%s/%s: files has no '%s' (expected: it, with its sha256)".formatted(directory,
                    MANIFEST, relative));
        }
        return directory.resolve(relative);
    }

    /** Whether the bundle has this file. */
    public boolean has(String relative) {
        return manifest.files().containsKey(relative);
    }

    /** A JSON file of the bundle as a record; keys that the record doesn't have are ignored, absent ones are null. */
    public <T> T read(String relative, Class<T> type) {
        return read(file(relative), type);
    }

    /** The manifest as a component's own record, all of whose keys must be there unless they are boxed. */
    public <T> T manifestAs(Class<T> type) {
        return read(directory.resolve(MANIFEST), type);
    }

    private void requireThere(String relative) {
        var path = directory.resolve(relative).normalize();
        if (!path.startsWith(directory.normalize())) {
            throw new BundleException("%s/%s: '%s' is outside of the bundle".formatted(directory, MANIFEST, relative));
        }
        if (!Files.exists(path)) {
            throw new BundleException("%s: no such file (expected: all that %s lists)".formatted(path, MANIFEST));
        }
    }

    private void verify(String relative, String expected) {
        var path = directory.resolve(relative).normalize();
        var actual = sha256(path);
        if (!actual.equals(expected)) {
            throw new BundleException("%s: sha256 %s (expected: %s, which %s says)".formatted(path, actual, expected,
                    MANIFEST));
        }
    }

    /** ONNX Runtime would open what a graph names, whoever has checked it. */
    private void requireListedWeights(String onnx) {
        var path = directory.resolve(onnx);
        for (var beside : ExternalData.check(path, OnnxFile.read(path))) {
            var relative = directory.relativize(path.resolveSibling(beside).normalize()).toString();
            if (!manifest.files().containsKey(relative)) {
                throw new BundleException(
                        "%s: its weights are in '%s', which the files of %s don't list (expected: it, with its sha256)"
                                .formatted(path, relative, MANIFEST));
            }
        }
    }

    private static <T> T read(Path path, Class<T> type) {
        try {
            return as(path, JSON.readTree(path.toFile()), type);
        } catch (JsonProcessingException e) {
            throw new BundleException(path + ": " + JsonFault.of(e), e);
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private static <T> T as(Path path, JsonNode json, Class<T> type) {
        try {
            return Objects.requireNonNull(JSON.treeToValue(json, type));
        } catch (JsonMappingException e) {
            throw new BundleException(path + ": " + JsonFault.of(json, e), e);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("it was read before", e);
        }
    }

    private static String sha256(Path path) {
        try (var in = new DigestInputStream(Files.newInputStream(path), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (IOException e) {
            throw unreadable(path, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BundleException unreadable(Path path, IOException e) {
        var why = e instanceof NoSuchFileException || e instanceof java.io.FileNotFoundException
                ? "no such file"
                : String.valueOf(e.getMessage());
        return new BundleException(path + ": " + why, e);
    }
}
