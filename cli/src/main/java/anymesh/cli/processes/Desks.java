// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.gateway.recording.StoredRecordings;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.store.MeshStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Where what gateways do is asked for, as it is written down in the store that they follow. */
public record Desks(RouteDesk routes, SwapDesk swaps, RecordDesk recordings) {

    /** The store stays its caller's. */
    public static Desks of(RunningMesh mesh, MeshStore store, Supplier<List<StageInstance>> snapshot) {
        return new Desks(new RouteDesk(store, snapshot), new SwapDesk(mesh, store, snapshot),
                new RecordDesk(store));
    }

    /** What whoever supervises the mesh reads and writes of the store for them. */
    static Set<String> folders() {
        var folders = new HashSet<>(SwapDesk.FOLDERS);
        folders.add(StoredRecordings.FOLDER);
        return folders;
    }
}
