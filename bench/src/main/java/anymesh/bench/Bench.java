// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.nio.file.Path;
import java.util.List;

/** What to measure, then the number of rounds; prints rows of Markdown. */
public final class Bench {
    private Bench() {}

    public static void main(String[] args) throws Exception {
        var home = Path.of(System.getProperty("anymesh.home", "")).toAbsolutePath();
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
        switch (args.length == 0 ? "" : args[0]) {
            case "hop" -> HopBench.main(new String[]{Integer.toString(rounds)});
            case "path" -> PathBench.run(home, rounds);
            case "streams" -> StreamsBench.run(home, rounds);
            case "scaling" -> ScalingBench.run(home);
            case "overload" -> OverloadBench.run(home, args.length > 1 ? rounds : 30);
            case "queue" -> QueueBench.run(home, rounds);
            case "denoiser" -> DenoiserBench.run(home, rounds);
            case "lm" -> LanguageModelBench.run(home, args.length > 1 ? rounds : 5,
                    List.of(args).subList(Math.min(2, args.length), args.length));
            case "step" -> StepBench.run(home, rounds);
            case "kv" -> KeysAndValuesBench.run(rounds);
            case "form" -> FormBench.run(rounds);
            default ->
                throw new IllegalArgumentException(
                        "usage: bench/run hop|path|streams|denoiser|scaling|queue|form|step|kv|overload|lm [ROUNDS [PRECISION...]]");
        }
    }
}
