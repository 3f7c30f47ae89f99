// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.database.Database;
import anymesh.gateway.database.PostgresDatabase;
import anymesh.kit.testing.SharedPostgres;
import anymesh.kit.testing.TestingPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

final class PostgresJobStoreTest extends JobStoreContract {
    @RegisterExtension
    static final SharedPostgres POSTGRES = new SharedPostgres();

    private String uri;

    @Override
    @BeforeEach
    void open2() throws Exception {
        uri = POSTGRES.newDatabase();
        super.open2();
    }

    @Override
    Database open() {
        return PostgresDatabase.open(vertx, uri, TestingPostgres.USER, TestingPostgres.PASSWORD);
    }
}
