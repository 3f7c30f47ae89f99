// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.SqliteDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class SqliteFileStoreTest extends FileStoreContract {
    @TempDir
    Path folder;

    @Override
    Database open() {
        return SqliteDatabase.open(vertx, folder.resolve("jobs.db"));
    }
}
