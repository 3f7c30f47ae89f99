// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Pictures asked for at ten times the rate that a mesh makes them at, each with a deadline. Arrivals keep their rate, whatever
 * becomes of those before: who waits for an answer before asking again would not overload anybody.
 */
final class OverloadBench {
    private static final int ALONE = 10;
    private static final int TIMES = 10;
    /** Of a picture's time alone. */
    private static final int DEADLINE = 10;

    private OverloadBench() {}

    /** Against a mesh as {@code ./anymesh up} starts it. */
    static void run(Path home, int seconds) throws Exception {
        try (var mesh = MeshProcess.start(home); var client = new PicturesClient(mesh.url())) {
            long before = mesh.liveBytes();
            var overload = measure(client, 16, Duration.ofSeconds(seconds));
            System.out.println(overload);
            overload.others().stream().collect(Collectors.groupingBy(PicturesClient.Reply::body, Collectors.counting()))
                    .forEach((body, count) -> System.out.printf("%d times %s%n", count, body));
            System.out.printf("%nHeap that lives: %d MB before, %d MB after; the process at its largest: %d MB%n",
                    before >> 20, mesh.liveBytes() >> 20, mesh.peakBytes() >> 20);
        }
    }

    /**
     * Finds out what a picture takes alone and how many {@code callers} get in a second, then asks for ten times as many.
     */
    static Overload measure(PicturesClient client, int callers, Duration time) throws Exception {
        ask(client, ALONE); // until the code is compiled
        double alone = Overload.percentile(ask(client, ALONE), 50);
        double rate = picturesPerSecond(client, callers, time);
        var deadline = Duration.ofMillis((long) (DEADLINE * alone));
        flood(client, TIMES * rate, deadline, time.dividedBy(2)); // until refusing is compiled too
        return new Overload(alone, rate, deadline, flood(client, TIMES * rate, deadline, time));
    }

    /** One after the other, in milliseconds. */
    private static double[] ask(PicturesClient client, int pictures) throws Exception {
        var millis = new double[pictures];
        for (int i = 0; i < pictures; i++) {
            millis[i] = client.ask(null).made().millis();
        }
        return millis;
    }

    /** Each caller asks again when it is answered. */
    private static double picturesPerSecond(PicturesClient client, int callers, Duration time) throws Exception {
        long begin = System.nanoTime();
        long made = Callers.sum(callers, begin + time.toNanos(), (_, _) -> {
            client.ask(null).made();
            return 1;
        });
        return made / ((System.nanoTime() - begin) / 1e9);
    }

    private static List<PicturesClient.Reply> flood(PicturesClient client, double rate, Duration deadline,
            Duration time) throws Exception {
        var replies = new ArrayList<Future<PicturesClient.Reply>>();
        long begin = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < rate * time.toSeconds(); i++) {
                long due = begin + (long) (i / rate * 1e9);
                Thread.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
                replies.add(threads.submit(() -> client.ask(deadline)));
            }
        }
        var all = new ArrayList<PicturesClient.Reply>();
        for (var reply : replies) {
            all.add(reply.get());
        }
        return all;
    }
}
