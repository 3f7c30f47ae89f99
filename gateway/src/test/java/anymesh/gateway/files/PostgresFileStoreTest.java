// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.files;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.kit.testing.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresFileStoreTest extends FileStoreContract {
    private static TestingPostgres postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = TestingPostgres.start();
    }

    @AfterAll
    static void endPostgres() {
        if (postgres != null) {
            postgres.close();
        }
    }

    @Override
    Database open() {
        return PostgresDatabase.open(vertx, postgres.newDatabase(), TestingPostgres.USER, TestingPostgres.PASSWORD);
    }
}
