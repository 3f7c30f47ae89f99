// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** A table whose rows name files in the media store, in the folder that is called as the row. */
public interface Shelf {
    /** Removes rows that are kept no longer, and says which files they named. */
    Future<List<StoredMedium>> deleteExpired();

    /** The names of all files that rows may need whose ids these are. */
    Future<Set<String>> filesOf(Collection<String> ids);
}
