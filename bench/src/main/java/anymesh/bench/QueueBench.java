// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.kit.batch.BatchPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;

/**
 * What a request costs the gateway, in a process of its own, when 1 to 1,000 are queued at once: all of them reach a
 * generator whose device stands still, then it goes on. CPU time is that of the whole process over all requests; memory
 * is what lives in its heap while they wait, beyond what lives when none does.
 */
final class QueueBench {
    private static final int[] QUEUED = {1, 10, 100, 1_000};
    private static final int WARM_UP = 1_000;
    private static final int STEPS = 2;
    private static final BatchPolicy BATCH = new BatchPolicy(4_096, 64);
    /** More at once would be too many for the backbone's queue. */
    private static final int ARRIVING = 32;

    private QueueBench() {}

    static void run(Path home, int rounds) throws Exception {
        var gate = new AtomicReference<>(new CountDownLatch(0));
        try (var mesh = new SimulatedMesh(home)) {
            mesh.add(BATCH, STEPS, () -> gate.get().await());
            try (var gateway = GatewayProcess.start(home, mesh.instances());
                    var client = new MeshClient(gateway.url())) {
                for (int done = 0; done < WARM_UP; done += ARRIVING) {
                    queued(client, ARRIVING, gate, () -> {});
                }
                System.out.println(
                        "| queued at once | requests | CPU ms a request | heap KB a queued request |\n|---|---|---|---|");
                for (int queued : QUEUED) {
                    System.out.println(row(gateway, client, queued, Math.max(1, rounds * 100 / queued), gate));
                }
            }
        }
    }

    private static String row(GatewayProcess gateway, MeshClient client, int queued, int rounds,
            AtomicReference<CountDownLatch> gate) throws Exception {
        long idle = gateway.liveBytes();
        var waiting = new AtomicReference<>(0L);
        queued(client, queued, gate, () -> waiting.set(gateway.liveBytes()));
        long before = gateway.cpuNanos();
        for (int round = 0; round < rounds; round++) {
            queued(client, queued, gate, () -> {});
        }
        int requests = queued * rounds;
        return "| %d | %d | %.2f | %.1f |".formatted(queued, requests, (gateway.cpuNanos() - before) / 1e6 / requests,
                (waiting.get() - idle) / 1024.0 / queued);
    }

    /** Something to be done while all wait. */
    @FunctionalInterface
    private interface Look {
        void run() throws IOException, InterruptedException;
    }

    private static void queued(MeshClient client, int requests, AtomicReference<CountDownLatch> gate, Look whileQueued)
            throws Exception {
        var closed = new CountDownLatch(1);
        gate.set(closed);
        var arriving = new Semaphore(ARRIVING);
        var arrived = new CountDownLatch(requests);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<Void>>();
            for (int i = 0; i < requests; i++) {
                Callable<Void> ask = () -> {
                    arriving.acquire();
                    try {
                        client.stream("draw a red bell", Map.of("temperature", 0), () -> {
                            arriving.release();
                            arrived.countDown();
                        });
                    } catch (IOException e) {
                        arriving.release(requests);
                        LongStream.range(0, arrived.getCount()).forEach(_ -> arrived.countDown()); // nobody waits for it
                        throw e;
                    }
                    return null;
                };
                answers.add(threads.submit(ask));
            }
            arrived.await();
            whileQueued.run();
            closed.countDown();
            for (var answer : answers) {
                answer.get();
            }
        } finally {
            closed.countDown();
        }
    }
}
