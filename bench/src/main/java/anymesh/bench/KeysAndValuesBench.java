// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import java.util.List;

/** Steps of SmolLM2's bare graph that write keys and values behind those that there are, against steps that give all of them anew. */
final class KeysAndValuesBench {
    private static final int TOKENS = 32;

    private KeysAndValuesBench() {}

    private record Case(String weights, int rows, int before) {}

    private static final List<Case> CASES = List.of(new Case("int4", 1, 60), new Case("int4", 8, 60),
            new Case("int4", 8, 300), new Case("int4", 1, 1000), new Case("int4", 8, 1000), new Case("fp32", 8, 1000));

    static void run(int rounds) throws Exception {
        System.out.println("| weights | answers | tokens before | copied, tokens/s | in place, tokens/s | |");
        System.out.println("|---|---|---|---|---|---|");
        for (var one : CASES) {
            var bundle = LanguageModelBench.bundle(one.weights());
            int most = one.rows() * (one.before() + TOKENS + 1);
            try (var copied = new BareDecoder(bundle, 1, most, one.rows(), false);
                    var inPlace = new BareDecoder(bundle, 1, most, one.rows(), true)) {
                var medians = Medians.of(rounds, () -> copied.tokensPerSecond(one.rows(), one.before(), TOKENS),
                        () -> inPlace.tokensPerSecond(one.rows(), one.before(), TOKENS));
                System.out.printf("| %s | %d | %d | %.1f | %.1f | %.2f× as fast |%n", one.weights(), one.rows(),
                        one.before(), medians.median(0), medians.median(1), medians.ratio(1, 0));
            }
        }
    }
}
