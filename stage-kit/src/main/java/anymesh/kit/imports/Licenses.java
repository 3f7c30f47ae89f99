// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import anymesh.kit.model.BundleException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Under what a model may be used, as far as its folder says: an SPDX id. */
public final class Licenses {
    public static final String UNKNOWN = "LicenseRef-unknown";
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9.+() -]{1,200}");
    private static final Pattern FRONT_MATTER = Pattern.compile("\\A---\\R(.*?)\\R---\\s*$",
            Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern KEY = Pattern.compile("^license:[ \\t]*['\"]?([\\w.+-]+)['\"]?[ \\t]*$",
            Pattern.MULTILINE);
    /** Hugging Face's names of licenses that SPDX has too, and how that spells them; what isn't here is none of SPDX's. */
    private static final Map<String, String> SPDX = Map.ofEntries(Map.entry("apache-2.0", "Apache-2.0"),
            Map.entry("mit", "MIT"), Map.entry("bsd-2-clause", "BSD-2-Clause"),
            Map.entry("bsd-3-clause", "BSD-3-Clause"),
            Map.entry("cc0-1.0", "CC0-1.0"), Map.entry("cc-by-4.0", "CC-BY-4.0"),
            Map.entry("cc-by-sa-4.0", "CC-BY-SA-4.0"), Map.entry("cc-by-nc-4.0", "CC-BY-NC-4.0"),
            Map.entry("cc-by-nc-sa-4.0", "CC-BY-NC-SA-4.0"), Map.entry("gpl-3.0", "GPL-3.0-only"),
            Map.entry("agpl-3.0", "AGPL-3.0-only"), Map.entry("lgpl-3.0", "LGPL-3.0-only"),
            Map.entry("mpl-2.0", "MPL-2.0"), Map.entry("unlicense", "Unlicense"), Map.entry("isc", "ISC"));
    private static final List<String> FILES = List.of("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE");
    /** Files that belong to the weights wherever they go. */
    private static final List<String> TERMS = List.of("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "NOTICE",
            "NOTICE.txt", "USE_POLICY.md");

    private Licenses() {}

    /** What was asked for, else what the folder says, else {@link #UNKNOWN}; with its terms, if they are in the folder. */
    public static String take(SourceFolder source, @Nullable String asked, BundleDraft draft, ImportReport report) {
        TERMS.forEach(name -> source.file(name).ifPresent(file -> draft.take(file, name)));
        if (asked != null) {
            if (!ID.matcher(asked).matches() || asked.isBlank()) {
                throw new BundleException("--license '%s' (expected: an SPDX id such as Apache-2.0)".formatted(asked));
            }
            return asked;
        }
        var card = source.text("README.md").flatMap(Licenses::ofCard);
        if (card.isPresent()) {
            report.did("license %s, from README.md".formatted(card.get()));
            return card.get();
        }
        for (var name : FILES) {
            var found = source.text(name).flatMap(Licenses::ofText);
            if (found.isPresent()) {
                report.did("license %s, as %s reads".formatted(found.get(), name));
                return found.get();
            }
        }
        report.unknown("the license, so that the manifest says %s (--license says it)".formatted(UNKNOWN));
        return UNKNOWN;
    }

    /** Of a model card: its front matter's key. */
    private static Optional<String> ofCard(String text) {
        var front = FRONT_MATTER.matcher(text);
        if (!front.find()) {
            return Optional.empty();
        }
        var key = KEY.matcher(front.group(1));
        if (!key.find() || key.group(1).equals("other") || key.group(1).equals("unknown")) {
            return Optional.empty();
        }
        var name = key.group(1);
        return Optional.of(SPDX.getOrDefault(name.toLowerCase(Locale.ROOT), "LicenseRef-" + name.replace('_', '-')));
    }

    private static Optional<String> ofText(String text) {
        var words = text.substring(0, Math.min(text.length(), 4000)).replaceAll("\\s+", " ");
        if (words.contains("Apache License") && words.contains("Version 2.0")) {
            return Optional.of("Apache-2.0");
        }
        if (words.contains("Permission is hereby granted, free of charge") && words.contains("MIT")) {
            return Optional.of("MIT");
        }
        if (words.contains("Redistribution and use in source and binary forms")) {
            return Optional.of(words.contains("Neither the name") ? "BSD-3-Clause" : "BSD-2-Clause");
        }
        return Optional.empty();
    }
}
