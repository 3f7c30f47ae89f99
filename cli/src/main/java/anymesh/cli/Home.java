// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.nio.file.Path;

/** Where the project lies: its models and the state file of a running mesh. The launcher says so. */
final class Home {
    private Home() {}

    static Path directory() {
        return Path.of(System.getProperty("anymesh.home", "")).toAbsolutePath();
    }

    static Path stateFile() {
        return directory().resolve(".anymesh/mesh.json");
    }
}
