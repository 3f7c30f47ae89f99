// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.database;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Brings the tables of a database to this version of the software. */
final class Migrations {
    private Migrations() {}

    static FluentConfiguration flyway() {
        return Flyway.configure(Migrations.class.getClassLoader())
                .locations("classpath:anymesh/gateway/database")
                .table("anymesh_schema")
                // In a database that others use too, and where a later version of a gateway was there before.
                .baselineOnMigrate(true).baselineVersion("0")
                .ignoreMigrationPatterns("*:future");
    }
}
