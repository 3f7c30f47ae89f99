// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

/** Loads a stage: opens its bundle and its sessions. What it throws is why the stage failed. */
@FunctionalInterface
public interface StageFactory {
    Stage load(StageResources resources) throws Exception;
}
