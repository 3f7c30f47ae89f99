// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import java.nio.file.Path;

/** Where the project lies: its models and the state file of a running mesh. The launcher says so. */
public final class Home {
    private Home() {}

    public static Path directory() {
        return Path.of(System.getProperty("anymesh.home", "")).toAbsolutePath();
    }

    /** In the project's folder, unless {@code ANYMESH_STATE} names another file, as the launcher does where that folder can't be written. */
    public static Path stateFile() {
        var file = System.getenv("ANYMESH_STATE");
        return file == null ? directory().resolve(".anymesh/mesh.json") : Path.of(file);
    }
}
