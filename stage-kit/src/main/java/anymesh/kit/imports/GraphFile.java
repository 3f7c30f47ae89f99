// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ExternalData;
import anymesh.kit.model.OnnxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * An ONNX file of a folder, held against what ONNX Runtime can run, with all files that its weights are in.
 *
 * @param relative its path in the folder, and in the bundle
 */
public record GraphFile(String relative, Path path, OnnxFile onnx, Set<String> external) {
    /** What ONNX Runtime itself has; a graph's own functions may be of any other. */
    private static final Set<String> DOMAINS = Set.of("", "ai.onnx.ml", "ai.onnx.training",
            "ai.onnx.preview.training", "com.microsoft", "com.microsoft.nchwc", "com.microsoft.experimental");

    /** Reads one; {@link BundleException} if it isn't there, is none, has operators of others, or if its weights aren't all there. */
    public static GraphFile read(SourceFolder source, String relative) {
        var path = source.file(relative).orElseThrow(() -> new BundleException(
                "%s: no '%s' (it has: %s)".formatted(source.path(), relative, source.listing())));
        var onnx = OnnxFile.read(path);
        var foreign = new TreeSet<String>();
        for (var operator : onnx.operators()) {
            if (!onnx.functions().contains(operator)
                    && !DOMAINS.contains(operator.substring(0, operator.lastIndexOf(':')))) {
                foreign.add(operator);
            }
        }
        if (!foreign.isEmpty()) {
            throw new BundleException(
                    "%s: operators that ONNX Runtime hasn't got: %s (expected: those of ONNX and com.microsoft; export it without custom ones)"
                            .formatted(path, String.join(", ", foreign.stream().limit(8).toList())));
        }
        if (onnx.operators().contains("com.microsoft:EPContext")) {
            throw new BundleException(
                    "%s: compiled for one device (EPContext; expected: the graph that it was compiled from)".formatted(
                            path));
        }
        return new GraphFile(relative, path, onnx, ExternalData.check(path, onnx));
    }

    /** The same where the bundle has it in a folder, such as {@code draft/}; empty for the bundle's own. */
    public GraphFile under(String folder) {
        return new GraphFile(folder + relative, path, onnx, external);
    }

    /** The operators that it has and ONNX Runtime hasn't, which become functions in a bundle. */
    public Set<String> missing() {
        return MissingOperators.of(onnx);
    }

    /** Takes it into a bundle with its weights: as it is, if nothing is missing. */
    public void into(BundleDraft draft) {
        into(draft, true);
    }

    /** The same without what it says of the shapes inside of it. */
    public void intoWithoutInnerShapes(BundleDraft draft) {
        into(draft, false);
    }

    private void into(BundleDraft draft, boolean keepsShapes) {
        if (keepsShapes && missing().isEmpty()) {
            draft.take(path, relative);
        } else {
            draft.write(relative, rewritten(keepsShapes));
        }
        weightsInto(draft);
    }

    private byte[] rewritten(boolean keepsShapes) {
        try {
            var model = Files.readAllBytes(path);
            var shaped = keepsShapes ? model : InnerShapes.leftOut(model);
            return missing().isEmpty() ? shaped : MissingOperators.replaced(shaped, onnx);
        } catch (IOException e) {
            throw new BundleException(path + ": no ONNX protobuf, or not all of one: " + e.getMessage(), e);
        }
    }

    private void weightsInto(BundleDraft draft) {
        for (var data : external) {
            var beside = Path.of(relative).resolveSibling(data).normalize().toString();
            if (!draft.has(beside)) {
                draft.take(path.resolveSibling(data), beside);
            }
        }
    }

    /** How its weights are stored, such as {@code fp16} or {@code int4}: what takes most of its numbers. */
    public String precision() {
        if (!onnx.quantizedBits().isEmpty()) {
            return "int" + String.join("-and-int", onnx.quantizedBits().stream().map(String::valueOf).toList());
        }
        long most = 0;
        var name = "fp32";
        for (var weight : onnx.weights().entrySet()) {
            var kind = switch (weight.getKey()) {
                case 1 -> "fp32";
                case 2, 3 -> "int8";
                case 10 -> "fp16";
                case 16 -> "bf16";
                case 17, 18, 19, 20 -> "fp8";
                case 21, 22 -> "int4";
                default -> "";
            };
            if (!kind.isEmpty() && weight.getValue() > most) {
                most = weight.getValue();
                name = kind;
            }
        }
        return name;
    }
}
