// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.SafeTensorsHeader;
import anymesh.kit.model.SafeTensorsHeader.Part;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Finds the table of the input embeddings in a checkpoint: by how the families of transformers call it, and by its shape. */
record EmbeddingSearch(SourceFolder checkpoint, int vocabulary, int hidden) {
    private static final String ENDING = ".safetensors";
    private static final String WHOLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int SHOWN = 12;
    private static final Predicate<String> NAME = Pattern.compile(
            "(.*\\.)?(embed_tokens|wte|embed_in|word_embeddings|tok_embeddings|backbone\\.embeddings)\\.weight")
            .asMatchPredicate();
    /** What predicts several tokens at once has copies in such layers. */
    private static final Predicate<String> OF_LAYER = Pattern.compile("(^|\\.)(layers\\.\\d+|mtp)\\.").asPredicate();

    /** The table, of at least as many rows as the vocabulary; empty if there are no safetensors at all. */
    Optional<Part> find() {
        var index = checkpoint.file(INDEX);
        var files = checkpoint.names(ENDING);
        if (index.isEmpty() && files.isEmpty()) {
            return Optional.empty();
        }
        var all = index.isPresent()
                ? indexed(files)
                // Beside it may be the same weights by other names.
                : files.contains(WHOLE) ? parts(List.of(WHOLE)) : parts(files);
        var named = all.stream().filter(part -> isTable(part.name())).toList();
        var found = named.stream().filter(this::fits).toList();
        if (found.size() == 1) {
            return Optional.of(found.getFirst());
        }
        if (found.isEmpty()) {
            throw none(shown((named.isEmpty() ? all : named).stream().map(EmbeddingSearch::describe).toList()));
        }
        throw new BundleException(
                "%s: several tensors may be the embedding: %s (expected: one)".formatted(checkpoint.path(),
                        shown(found.stream().map(EmbeddingSearch::describe).toList())));
    }

    private static boolean isTable(String name) {
        return NAME.test(name) && !OF_LAYER.test(name);
    }

    private boolean fits(Part part) {
        return part.shape().size() == 2 && part.shape().get(0) >= vocabulary && part.shape().get(1) == hidden;
    }

    private List<Part> parts(Collection<String> files) {
        return files.stream().map(file -> checkpoint.file(file).orElseThrow(
                () -> new BundleException("%s: %s is no file".formatted(checkpoint.path(), file))))
                .flatMap(file -> SafeTensorsHeader.read(file).values().stream())
                .sorted(Comparator.comparing(Part::name)).toList();
    }

    /** Those of the index that are called like a table; only their files have to be there. */
    private List<Part> indexed(List<String> files) {
        var index = checkpoint.json(INDEX).flatMap(keys -> keys.object("weight_map")).orElseThrow(
                () -> new BundleException("%s/%s: weight_map: absent".formatted(checkpoint.path(), INDEX)));
        var names = new TreeMap<String, String>();
        for (var entry : index.json().properties()) {
            if (isTable(entry.getKey())) {
                names.put(entry.getKey(), entry.getValue().asText());
            }
        }
        if (names.isEmpty()) {
            throw none(shown(new TreeSet<>(index.json().properties().stream().map(entry -> cut(entry.getKey()))
                    .toList())));
        }
        names.forEach((name, file) -> {
            // Of the folder's own names, so that none leads out of it.
            if (!files.contains(file)) {
                throw new BundleException("%s: '%s' is in '%s', which is not there (expected: that file beside it)"
                        .formatted(index.where(), name, cut(file)));
            }
        });
        return parts(new TreeSet<>(names.values())).stream().filter(part -> names.containsKey(part.name())).toList();
    }

    private BundleException none(String there) {
        return new BundleException(
                "%s: no tensor is the embedding (expected: such as model.embed_tokens.weight, %d rows or more of %d; there are: %s)"
                        .formatted(checkpoint.path(), vocabulary, hidden, there));
    }

    private static String describe(Part part) {
        return "%s %s".formatted(cut(part.name()), part.shape());
    }

    private static String cut(String name) {
        return name.length() > 100 ? name.substring(0, 100) + "…" : name;
    }

    private static String shown(Collection<String> names) {
        return names.isEmpty()
                ? "none"
                : names.stream().limit(SHOWN).collect(Collectors.joining(", "))
                        + (names.size() > SHOWN ? " and %d more".formatted(names.size() - SHOWN) : "");
    }
}
