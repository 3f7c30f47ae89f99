// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import anymesh.kit.registry.StageInstance;

/** A piece of work that an instance was given. It counts as outstanding until its end is told, which happens once. */
public final class Assignment {
    private final InstanceChooser chooser;
    private final Member member;
    private final StageInstance instance;
    private final int work;

    Assignment(InstanceChooser chooser, Member member, int work) {
        this.chooser = chooser;
        this.member = member;
        this.instance = member.instance();
        this.work = work;
    }

    /** Who is to do it. */
    public StageInstance instance() {
        return instance;
    }

    /** The work is over. */
    public void end(Outcome outcome) {
        chooser.ended(member, work, outcome);
    }
}
