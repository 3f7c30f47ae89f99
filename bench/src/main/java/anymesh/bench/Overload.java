// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.bench.PicturesClient.Reply;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What came of more requests than a mesh can answer.
 *
 * @param alone milliseconds that a picture takes by itself
 * @param rate pictures a second that the mesh makes
 * @param deadline that each request had
 */
record Overload(double alone, double rate, Duration deadline, List<Reply> replies) {
    private static final int TOO_MANY = 429;
    /** In which share of the time a queue forms. */
    private static final double FORMING = 0.25;

    private double[] millis(int status) {
        return replies.stream().filter(reply -> reply.status() == status).mapToDouble(Reply::millis).toArray();
    }

    int made() {
        return millis(200).length;
    }

    int refused() {
        return millis(TOO_MANY).length;
    }

    /** Neither made nor refused. */
    List<Reply> others() {
        return replies.stream().filter(reply -> reply.status() != 200 && reply.status() != TOO_MANY).toList();
    }

    /** What so many of a hundred refusals took, of a picture's time alone. */
    double refusal(int percent) {
        return percentile(millis(TOO_MANY), percent) / alone;
    }

    /** What 19 of 20 pictures took, of the deadline. */
    double answer() {
        return percentile(millis(200), 95) / deadline.toMillis();
    }

    /**
     * The share of the pictures that came within what was forecast, of those asked for once the queue had formed: the first ones find
     * none, and are slowed down by those who come after them, whom no forecast knows.
     */
    double kept() {
        var made = replies.stream().skip((long) (replies.size() * FORMING)).filter(reply -> reply.status() == 200)
                .toList();
        return made.stream().filter(reply -> reply.millis() <= reply.forecast()).count() / (double) made.size();
    }

    static double percentile(double[] values, int percent) {
        if (values.length == 0) {
            return Double.NaN;
        }
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
    }

    @Override
    public String toString() {
        var made = millis(200);
        var refused = millis(TOO_MANY);
        return """
                | what | |
                |---|---|
                | a picture alone | %.0f ms |
                | pictures a second that the mesh makes | %.1f |
                | asked for, at ten times that rate, each with %d ms | %d |
                | made | %d |
                | refused | %d |
                | neither | %d |
                | refusals: median, p95 | %.0f ms, %.0f ms (%.2f of a picture alone) |
                | pictures: median, p95 | %.0f ms, %.0f ms (%.2f of their time) |
                | pictures within what was forecast, once the queue had formed | %.3f |""".formatted(alone, rate,
                deadline.toMillis(),
                replies.size(), made(), refused(), others().size(), percentile(refused, 50), percentile(refused, 95),
                refusal(95), percentile(made, 50), percentile(made, 95), answer(), kept());
    }
}
