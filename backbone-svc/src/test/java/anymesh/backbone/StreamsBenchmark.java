// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.server.StageConfig;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * Tokens a second of one stream and of many at once, over gRPC. Rounds of both take turns, so that a busy machine slows
 * both alike; the medians are compared. CPU time a token, client and server together, does not depend on who else is
 * busy; with more than one thread it includes ONNX Runtime's spinning. The temperature is as high as it goes, so that
 * answers are long.
 *
 * <pre>java ... anymesh.backbone.StreamsBenchmark BUNDLE [streams=16] [tokens=96] [threads=0] [rounds=7]</pre>
 */
final class StreamsBenchmark {
    private static final OperatingSystemMXBean CPU = ManagementFactory
            .getPlatformMXBean(OperatingSystemMXBean.class);

    private StreamsBenchmark() {}

    public static void main(String[] args) {
        int streams = argument(args, 1, 16);
        int tokens = argument(args, 2, 96);
        int threads = argument(args, 3, 0);
        int rounds = argument(args, 4, 7);
        var config = StageConfig.defaults(0, 0, Path.of(args[0]), new BatchPolicy(256, streams))
                .withOnnx(OnnxSettings.cpu(threads));
        try (var backbone = ServedBackbone.start(config)) {
            for (int i = 0; i < 3; i++) {
                measure(backbone, streams, tokens);
            }
            var one = new double[rounds][];
            var many = new double[rounds][];
            for (int i = 0; i < rounds; i++) {
                one[i] = measure(backbone, 1, tokens);
                many[i] = measure(backbone, streams, tokens);
            }
            System.out.printf(
                    "1 stream: %.0f tokens/s, %.2f ms CPU a token; %d streams: %.0f tokens/s, %.2f ms; ratio %.2f, CPU %.2f%n",
                    median(one, 0), median(one, 1), streams, median(many, 0), median(many, 1),
                    median(many, 0) / median(one, 0), median(one, 1) / median(many, 1));
        }
    }

    /** Tokens a second, and milliseconds of CPU a token. */
    private static double[] measure(ServedBackbone backbone, int streams, int tokens) {
        long start = System.nanoTime();
        long cpuStart = CPU.getProcessCpuTime();
        var answers = new ArrayList<ReceivedAnswer>();
        for (int i = 0; i < streams; i++) {
            answers.add(backbone.send(ServedBackbone.ask("draw a small red bell at the top left by day " + i)
                    .addModalities(Modality.TEXT)
                    .setSampling(Sampling.newBuilder().setTemperature(2).setSeed(i).setMaxTokens(tokens))));
        }
        long written = answers.stream().mapToLong(answer -> answer.finished().getCompletionTokens()).sum();
        return new double[]{written * 1e9 / (System.nanoTime() - start),
            (CPU.getProcessCpuTime() - cpuStart) / 1e6 / written};
    }

    private static double median(double[][] rounds, int column) {
        return Arrays.stream(rounds).mapToDouble(round -> round[column]).sorted().skip(rounds.length / 2).findFirst()
                .orElseThrow();
    }

    private static int argument(String[] args, int index, int otherwise) {
        return args.length > index ? Integer.parseInt(args[index]) : otherwise;
    }
}
