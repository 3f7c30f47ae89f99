// SPDX-License-Identifier: Apache-2.0
/** Mutual TLS between the gateway and the stages. Start here: {@link anymesh.kit.tls.MeshTls}. */
@NullMarked
package anymesh.kit.tls;

import org.jspecify.annotations.NullMarked;
