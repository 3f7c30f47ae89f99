// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import java.util.Map;

/** Instances of a service that are scaled together: those of its configuration, or those of a release beside them. */
public sealed interface Group permits Group.Configured, Candidate {
    String service();

    /** Its name where the mesh keeps how many are wanted. */
    String key();

    /** What a process of it is told besides its service's configuration. */
    Map<String, String> environment();

    /** A service as it is configured. */
    record Configured(String service) implements Group {
        @Override
        public String key() {
            return service;
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public String toString() {
            return service;
        }
    }
}
