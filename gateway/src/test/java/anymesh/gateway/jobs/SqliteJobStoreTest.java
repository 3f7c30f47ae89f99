// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.SqliteDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteJobStoreTest extends JobStoreContract {
    @TempDir
    Path folder;

    @Override
    Database open() {
        return SqliteDatabase.open(vertx, folder.resolve("below").resolve("jobs.db"));
    }
}
