// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

/** Another process has the lock. */
public final class LockTaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String holder;

    public LockTaken(String lock, String holder) {
        super("the lock '%s' of this mesh is held by %s".formatted(lock, holder));
        this.holder = holder;
    }

    /** What the one who has it said of itself. */
    public String holder() {
        return holder;
    }
}
