// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import anymesh.kit.registry.StageInstance;

/** A piece of work that an instance was given. It counts as outstanding until its end is told, which happens once. */
public final class Assignment {
    private final InstanceChooser chooser;
    private final Member member;
    private final StageInstance instance;
    private final long life;
    private final int work;

    Assignment(InstanceChooser chooser, Member member, int work) {
        this.chooser = chooser;
        this.member = member;
        this.instance = member.instance();
        this.life = member.life();
        this.work = work;
    }

    /** Who is to do it. */
    public StageInstance instance() {
        return instance;
    }

    /**
     * Which life of the instance this is: one that came back under its name, as another process or after it had ceased to
     * serve, is another one to whom a step may be given again.
     */
    public long life() {
        return life;
    }

    /** The work is over. */
    public void end(Outcome outcome) {
        chooser.ended(member, work, outcome);
    }
}
