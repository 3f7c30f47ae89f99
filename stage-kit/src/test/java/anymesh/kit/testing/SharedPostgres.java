// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One {@link TestingPostgres} for all tests of a class. */
public final class SharedPostgres implements BeforeAllCallback, AfterAllCallback {
    private TestingPostgres postgres;

    @Override
    public void beforeAll(ExtensionContext context) {
        postgres = TestingPostgres.start();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (postgres != null) {
            postgres.close();
        }
    }

    /** See {@link TestingPostgres#newDatabase}. */
    public String newDatabase() {
        return postgres.newDatabase();
    }
}
