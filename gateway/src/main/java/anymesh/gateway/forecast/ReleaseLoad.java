// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one release has to do for this gateway, and how fast it does it. The unit of work is a step on a pixel, or an answer;
 * it only has to be the same for all that one release does. Thread-safe.
 */
final class ReleaseLoad {
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final Pace pace = new Pace();
    private final List<Task> underWay = new ArrayList<>();
    private final Trust trust = new Trust();
    private int usualSteps = 1;

    synchronized void begin(Task task) {
        underWay.add(task);
    }

    synchronized void end(Task task) {
        underWay.remove(task);
    }

    /**
     * It was done.
     *
     * @param steps that each took
     * @param rows in the batch meanwhile, on average
     * @param seconds that one of them took, once it was begun
     */
    synchronized void learn(Task task, int steps, double rows, double seconds) {
        if (task.steps() == null) {
            usualSteps = steps;
        }
        if (seconds > 0 && rows >= task.rows()) {
            double together = rows / task.rows();
            pace.learn(rows, (double) steps * task.area() * together, seconds);
        }
    }

    /**
     * What was let in took so long. Who found no queue says nothing of one that was slower than thought: it was slowed down by those
     * who came after it, and nobody could know of them. It does say that things are quick again: else, once forecasts were so long
     * that nobody was let in to wait, they would stay so.
     *
     * @param forecast as it would be made for it with what is known now
     * @param isLate whether its time was over before it was done: one that had less than is usual says nothing
     */
    synchronized void took(Forecast forecast, Duration real, boolean isLate) {
        double ratio = (double) real.toNanos() / forecast.usual().toNanos();
        if (isLate ? ratio > 1 : forecast.isMostlyWaiting() || ratio < trust.mean()) {
            trust.learn(ratio);
        }
    }

    /** What one that begins now finds; nothing as long as nothing is known of its release, or nobody serves it. */
    synchronized Optional<Found> find(Task task, Crew crew) {
        if (crew.instances() < 1 || !pace.isKnown()) {
            return Optional.empty();
        }
        int rows = task.count() * task.rows() + underWay.stream().mapToInt(one -> one.count() * one.rows()).sum();
        int working = Math.clamp(Math.ceilDiv(rows, task.rows()), 1, crew.instances());
        int together = Math.clamp(Math.ceilDiv(rows, working), 1, Math.max(task.rows(), crew.rows()));
        double own = work(task);
        double all = own + underWay.stream().mapToDouble(this::work).sum();
        return Optional.of(new Found(task.rows(), own, all, working, together));
    }

    /** Of one that found this, with what is known now. */
    synchronized Forecast forecast(Found found) {
        double byItself = found.own() * pace.at(found.rows());
        double usual = Math.max(byItself, found.all() / found.working() * pace.at(found.together()));
        double total = usual * trust.bound();
        return new Forecast(duration(usual == byItself ? 0 : total - byItself), duration(total), duration(usual));
    }

    private double work(Task task) {
        Integer steps = task.steps();
        return (double) task.count() * (steps == null ? usualSteps : steps) * task.area();
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * NANOS));
    }
}
