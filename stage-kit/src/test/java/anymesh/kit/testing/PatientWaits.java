// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What tests wait for has a minute, in every test class of every module that has this one: the machine may be busy with other
 * things, and a wait that is met costs nothing.
 */
public final class PatientWaits implements BeforeAllCallback {
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultTimeout(PATIENCE);
    }
}
