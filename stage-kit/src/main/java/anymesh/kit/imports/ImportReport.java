// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import java.util.ArrayList;
import java.util.List;

/** What an import did, a line each, for whoever asked for it: what it found, what it wrote or repaired, and what nobody could tell it. */
public final class ImportReport {
    private final List<String> done = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();

    /** What the folder is: the first line. */
    public void recognised(String line) {
        done.addFirst("recognised: " + line);
    }

    /** Something that was found, taken, written or repaired, and from where. */
    public void did(String line) {
        done.add(line);
    }

    /** Something that no file says, what was taken instead, and the option that says it. */
    public void unknown(String line) {
        unknown.add(line);
    }

    /** What was done, then what is not known. */
    public List<String> lines() {
        var lines = new ArrayList<>(done);
        unknown.forEach(line -> lines.add("unknown: " + line));
        return lines;
    }
}
