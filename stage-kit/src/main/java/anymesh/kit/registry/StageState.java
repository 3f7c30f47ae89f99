// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.registry;

/**
 * Where an instance is in its life: {@link #LOADING} → {@link #WARMING} → {@link #SERVING} → {@link #DRAINING} →
 * {@link #STOPPED}; {@link #FAILED} from the first two. Only {@link #SERVING} gets traffic; {@link #DRAINING} finishes
 * what it has.
 */
public enum StageState {
    LOADING, WARMING, SERVING, DRAINING, STOPPED, FAILED;

    /** Whether an instance may go from this state to that one. */
    public boolean canBecome(StageState next) {
        return switch (this) {
            case LOADING -> next == WARMING || next == FAILED || next == STOPPED;
            case WARMING -> next == SERVING || next == FAILED || next == STOPPED;
            case SERVING -> next == DRAINING || next == STOPPED;
            case DRAINING -> next == STOPPED;
            case STOPPED, FAILED -> false;
        };
    }
}
