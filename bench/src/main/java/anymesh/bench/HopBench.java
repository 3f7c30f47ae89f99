// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.bench.EchoTransport.Lane;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Holds one hop of the mesh against Arrow Flight and raw TCP. The machine is never quiet, so the transports take turns in
 * short rounds, and what is reported is the median of the rounds; ratios are taken within a round before the median.
 *
 * <p>Arguments: rounds (default 9) and milliseconds a measurement (default 700). Prints a Markdown table.
 */
@SuppressWarnings("try")
public final class HopBench {
    private static final List<Payload> PAYLOADS = List.of(new Payload(256, 4096), new Payload(64, 1024));
    private static final int[] CALLERS = {1, 4};
    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private HopBench() {}

    private enum Kind {
        MESH, FLIGHT, TCP
    }

    /** Of one transport in one round. */
    private record Measured(double megabytesPerSecond, double microsMedian, double heapKilobytesPerCall) {}

    public static void main(String[] args) throws Exception {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 9;
        Duration time = Duration.ofMillis(args.length > 1 ? Long.parseLong(args[1]) : 700);
        Map<Kind, EchoTransport> transports = new EnumMap<>(Kind.class);
        transports.put(Kind.MESH, new MeshTransport());
        transports.put(Kind.FLIGHT, new FlightTransport());
        transports.put(Kind.TCP, new TcpTransport());
        try {
            for (EchoTransport transport : transports.values()) {
                for (Payload payload : PAYLOADS) {
                    measure(transport, payload, 2, WARM_UP);
                }
            }
            System.out.println("| payload | callers | transport | MB/s | median µs | heap KB a call | Anymesh is |");
            System.out.println("|---|---|---|---|---|---|---|");
            for (Payload payload : PAYLOADS) {
                for (int callers : CALLERS) {
                    report(payload, callers, transports, cell(transports, payload, callers, rounds, time));
                }
            }
        } finally {
            for (EchoTransport transport : transports.values()) {
                transport.close();
            }
        }
    }

    private static Map<Kind, List<Measured>> cell(Map<Kind, EchoTransport> transports, Payload payload, int callers,
            int rounds, Duration time) throws Exception {
        Map<Kind, List<Measured>> results = new EnumMap<>(Kind.class);
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<Kind, EchoTransport> entry : transports.entrySet()) {
                results.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                        .add(measure(entry.getValue(), payload, callers, time));
            }
        }
        return results;
    }

    private static Measured measure(EchoTransport transport, Payload payload, int callers, Duration time)
            throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Lane> lanes = new ArrayList<>();
        CyclicBarrier gate = new CyclicBarrier(callers + 1);
        try (ExecutorService executor = Executors.newFixedThreadPool(callers)) {
            List<Future<long[]>> latencies = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                Lane lane = transport.open(payload);
                lanes.add(lane);
                latencies.add(executor.submit(() -> run(lane, gate, time)));
            }
            gate.await(); // every lane has made its first calls
            long heap = threads.getTotalThreadAllocatedBytes();
            long start = System.nanoTime();
            gate.await();
            gate.await(); // every lane has made its last
            double seconds = (System.nanoTime() - start) / 1e9;
            heap = threads.getTotalThreadAllocatedBytes() - heap;
            List<Long> all = new ArrayList<>();
            for (Future<long[]> latency : latencies) {
                Arrays.stream(latency.get()).forEach(all::add);
            }
            return new Measured(payload.bytes() / 1e6 * all.size() / seconds,
                    median(all.stream().mapToDouble(nanos -> nanos / 1e3)), heap / 1024.0 / all.size());
        } finally {
            for (Lane lane : lanes) {
                lane.close();
            }
        }
    }

    private static long[] run(Lane lane, CyclicBarrier gate, Duration time) throws Exception {
        long stamp = ThreadLocalRandom.current().nextLong();
        for (int i = 0; i < 5; i++) {
            lane.call(stamp++);
        }
        long[] nanos = new long[1 << 16];
        int calls = 0;
        gate.await();
        gate.await();
        long end = System.nanoTime() + time.toNanos();
        for (long now = System.nanoTime(); now - end < 0 && calls < nanos.length;) {
            lane.call(stamp++);
            long after = System.nanoTime();
            nanos[calls++] = after - now;
            now = after;
        }
        gate.await();
        return Arrays.copyOf(nanos, calls);
    }

    private static void report(Payload payload, int callers, Map<Kind, EchoTransport> transports,
            Map<Kind, List<Measured>> results) {
        double ours = heap(results.getOrDefault(Kind.MESH, List.of()));
        transports.forEach((kind, transport) -> {
            List<Measured> rounds = results.getOrDefault(kind, List.of());
            String comparison = switch (kind) {
                case MESH -> "";
                case FLIGHT -> "%.2f× as fast, 1/%.0f of the garbage".formatted(ratio(results, kind),
                        heap(rounds) / ours);
                case TCP -> "%.2f× as fast".formatted(ratio(results, kind));
            };
            System.out.printf(Locale.ROOT, "| %s | %d | %s | %.0f | %.0f | %.1f | %s |%n", payload, callers,
                    transport.name(), median(rounds.stream().mapToDouble(Measured::megabytesPerSecond)),
                    median(rounds.stream().mapToDouble(Measured::microsMedian)), heap(rounds), comparison);
        });
    }

    private static double heap(List<Measured> rounds) {
        return median(rounds.stream().mapToDouble(Measured::heapKilobytesPerCall));
    }

    private static double ratio(Map<Kind, List<Measured>> results, Kind other) {
        List<Measured> ours = results.getOrDefault(Kind.MESH, List.of());
        List<Measured> theirs = results.getOrDefault(other, List.of());
        return median(IntStream.range(0, ours.size())
                .mapToDouble(i -> ours.get(i).megabytesPerSecond() / theirs.get(i).megabytesPerSecond()));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }
}
