// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.model.BundleException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is to be imported, and what its files may not say.
 *
 * @param source the folder that an exporter wrote
 * @param target the bundle's folder
 * @param name the bundle's name
 * @param license an SPDX id; null if the folder says it
 * @param template a file with a chat template; null for the folder's own
 * @param context how many tokens prompt and answer take together; null if the folder says it
 * @param replaces whether a bundle that is there already goes
 * @param checkpoint the folder of what was exported, where the export is without its embeddings; null for the source itself
 * @param draft the folder of a small model's export that is to guess tokens; null for none
 * @param graph which of the folder's graphs, by its path in it; null where there is one
 */
public record ImportRequest(Path source, Path target, String name, String version, @Nullable String license,
        @Nullable Path template, @Nullable Integer context, boolean replaces,
        @Nullable Path checkpoint, @Nullable Path draft, @Nullable String graph) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+-]{0,99}");

    public ImportRequest {
        if (!NAME.matcher(name).matches()) {
            throw new BundleException("--name '%s' (expected: letters, digits, '.', '_', '+' and '-')".formatted(name));
        }
        if (!NAME.matcher(version).matches()) {
            throw new BundleException("--version '%s' (expected: such as 1.0.0)".formatted(version));
        }
        if (context != null && context < 1) {
            throw new BundleException("--context %d (expected: 1 or more)".formatted(context));
        }
    }

    /** Of an export that is whole, of one graph, without a draft. */
    public ImportRequest(Path source, Path target, String name, String version, @Nullable String license,
            @Nullable Path template, @Nullable Integer context, boolean replaces) {
        this(source, target, name, version, license, template, context, replaces, null, null, null);
    }

    /** The name that a bundle gets from its source's: what can't stand in one becomes a dash. */
    public static String nameOf(Path source) {
        var last = source.toAbsolutePath().normalize().getFileName();
        var name = last == null ? "" : last.toString().replaceAll("[^A-Za-z0-9._+-]+", "-").replaceAll("^[._+-]+", "");
        return name.isEmpty() ? "model" : name.substring(0, Math.min(name.length(), 100));
    }
}
