// SPDX-License-Identifier: Apache-2.0
/**
 * The database of jobs: SQLite in a file, or PostgreSQL. Start with {@link anymesh.gateway.database.Database}. This is the only
 * package that knows JDBC, the clients of databases, and Flyway, which makes the tables by the scripts beside it. Thread-safe;
 * nothing blocks but {@code open} and {@code close}.
 */
@NullMarked
package anymesh.gateway.database;

import org.jspecify.annotations.NullMarked;
