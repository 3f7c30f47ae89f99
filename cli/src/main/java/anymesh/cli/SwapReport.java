// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.Control;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Set;

/** A swap as people read it. */
final class SwapReport {
    private static final Set<String> GOOD = Set.of("promoted", "tried");
    private static final Set<String> OVER = Set.of("promoted", "tried", "rolled-back", "refused");
    private static final long LOOK_EVERY_MILLIS = 1_000;
    private static final int TIME = "2026-01-01T".length();

    private SwapReport() {}

    /** Prints events as they come, and each second what has been seen, until it is over; 0 if it succeeded. */
    static int follow(Control control, String modality, PrintStream to) throws IOException, InterruptedException {
        int told = 0;
        var shown = "";
        while (true) {
            var swap = control.swap(modality);
            told = events(swap, told, to);
            var state = swap.path("state").asText();
            boolean over = OVER.contains(state);
            if (over && swap.path("routed").asBoolean()) {
                return GOOD.contains(state) ? 0 : 1;
            }
            var now = numbers(swap);
            if (!over && !now.equals(shown)) { // what was seen is forgotten then; the last event has it
                to.println(now);
                shown = now;
            }
            Thread.sleep(LOOK_EVERY_MILLIS);
        }
    }

    static void print(JsonNode swap, PrintStream to) {
        events(swap, 0, to);
    }

    private static int events(JsonNode swap, int from, PrintStream to) {
        var events = swap.path("events");
        for (int i = from; i < events.size(); i++) {
            var at = events.get(i).path("at").asText();
            to.printf("%s  %s%n", at.substring(TIME, Math.min(at.length(), TIME + 8)),
                    events.get(i).path("text").asText());
        }
        return events.size();
    }

    /** One line: where it is, how much either has made, and how each measure stands. */
    private static String numbers(JsonNode swap) {
        var evidence = swap.path("evidence");
        var line = new StringBuilder(String.format(Locale.ROOT, "          %-7s %3d %%  old %s  new %s ",
                swap.path("state").asText(), swap.path("weight").asInt(), made(evidence.path("incumbent")),
                made(evidence.path("candidate"))));
        var measures = evidence.path("measures").properties();
        for (var measure : measures) {
            line.append(' ').append(measure.getKey()).append(' ').append(verdict(swap, measure.getKey(),
                    measure.getValue()));
        }
        return line.toString();
    }

    private static String made(JsonNode made) {
        return String.format(Locale.ROOT, "%d/%d p95 %.0f ms", made.path("ok").asLong(),
                made.path("ok").asLong() + made.path("failed").asLong(), made.path("p95").asDouble());
    }

    private static String verdict(JsonNode swap, String name, JsonNode tally) {
        for (var enough : swap.path("enough")) {
            if (enough.asText().equals(name)) {
                return "ok";
            }
        }
        long seen = tally.path("seen").asLong();
        return seen == 0 ? "-" : String.format(Locale.ROOT, "%+.3f of %d", tally.path("lost").asDouble() / seen, seen);
    }
}
