// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LicensesTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void aModelCardSaysIt() throws IOException {
        for (var card : Map.of("license: apache-2.0", "Apache-2.0", "license: 'mit'", "MIT", "license: \"Apache-2.0\"",
                "Apache-2.0", "license: llama3.2", "LicenseRef-llama3.2", "license: cc-by-nc-4.0", "CC-BY-NC-4.0",
                "license: other\nlicense_name: mine", Licenses.UNKNOWN, "tags:\n- license:mit", Licenses.UNKNOWN)
                .entrySet()) {
            Files.writeString(folder.resolve("README.md"),
                    "---\nlanguage: en\n%s\npipeline_tag: text-generation\n---\nlicense: wrong\n"
                            .formatted(card.getKey()));
            assertThat(license()).as(card.getKey()).isEqualTo(card.getValue());
        }
        Files.writeString(folder.resolve("README.md"), "# No front matter\nlicense: mit\n");
        assertThat(license()).isEqualTo(Licenses.UNKNOWN);
    }

    @Test
    void elseTheTermsAreRead() throws IOException {
        for (var terms : Map.of("   Apache License\n   Version 2.0, January 2004", "Apache-2.0",
                "MIT License\n\nPermission is hereby granted, free of\ncharge, to any person", "MIT",
                "Redistribution and use in source and binary forms, with\nor without. Neither the name of",
                "BSD-3-Clause",
                "All rights reserved.", Licenses.UNKNOWN).entrySet()) {
            Files.writeString(folder.resolve("LICENSE"), terms.getKey());
            assertThat(license()).as(terms.getKey()).isEqualTo(terms.getValue());
        }
    }

    private String license() throws IOException {
        var to = Files.createTempDirectory("bundles").resolve("bundle");
        var report = new ImportReport();
        try (var draft = BundleDraft.begin(SourceFolder.open(folder), to, false)) {
            var found = Licenses.take(SourceFolder.open(folder), null, draft, report);
            assertThat(report.lines()).hasSize(1);
            assertThat(report.lines().getFirst().startsWith("unknown: the license")).isEqualTo(
                    found.equals(Licenses.UNKNOWN));
            return found;
        } finally {
            Files.delete(to.getParent()); // so nothing was left in it
        }
    }
}
