// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

import anymesh.v1.StageDescription;

/**
 * One running instance of a service: where it listens, what it serves and whether it may be called. Until
 * they are known the ports are 0, and the description says nothing but the {@link Incarnation} and whether it is a candidate.
 *
 * @param grpcPort {@link #WITHIN} if only callers of its own process reach it, by its incarnation
 */
public record StageInstance(String id, String service, String host, int grpcPort, int httpPort, long pid,
        StageState state, StageDescription description) {

    /** In place of a port. */
    public static final int WITHIN = -1;

    /** What it serves; bundle and version are empty until they are known. */
    public Release release() {
        return new Release(service, description.getBundle(), description.getVersion());
    }

    public StageInstance with(StageState next) {
        return new StageInstance(id, service, host, grpcPort, httpPort, pid, next, description);
    }
}
