// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.kit.testing.TestingPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

final class PostgresJobStoreTest extends JobStoreContract {
    private static TestingPostgres postgres;

    private String uri;

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
    @BeforeEach
    void open2() throws Exception {
        uri = postgres.newDatabase();
        super.open2();
    }

    @Override
    Database open() {
        return PostgresDatabase.open(vertx, uri, TestingPostgres.USER, TestingPostgres.PASSWORD);
    }
}
