// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.kit.testing.SharedPostgres;
import anymesh.kit.testing.TestingPostgres;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresFileStoreTest extends FileStoreContract {
    @RegisterExtension
    static final SharedPostgres POSTGRES = new SharedPostgres();

    @Override
    Database open() {
        return PostgresDatabase.open(vertx, POSTGRES.newDatabase(), TestingPostgres.USER, TestingPostgres.PASSWORD);
    }
}
