// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.error;

/**
 * Two stages disagree on what they exchange: the space, its shape, or the protocol itself. A fault of the deployment and not
 * of the request, which is why the client sees 502.
 */
public final class ContractMismatch extends MeshException {
    private static final long serialVersionUID = 1;

    public ContractMismatch(String message) {
        super(message, null);
    }

    public ContractMismatch(String message, Throwable cause) {
        super(message, cause);
    }
}
