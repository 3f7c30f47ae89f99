// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.check;

import java.util.Optional;

/** A stage whose bundle may have a {@code check.json} with samples of tensors. */
public interface Referenced {
    /** How near its models came to the reference when they were warmed; empty if the bundle has none. */
    Optional<ReferenceReport> reference();
}
