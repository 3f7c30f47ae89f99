// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which version this is, as Maven wrote it beside the classes: in a source tree they run without a jar that could tell. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
        try (var file = Objects.requireNonNull(Version.class.getResourceAsStream("version.txt"))) {
            return new String[]{"anymesh " + new String(file.readAllBytes(), StandardCharsets.UTF_8).strip()};
        }
    }
}
