// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.keys.ApiKey;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code anymesh key} prints, and where. */
class KeyCommandTest {
    private record Printed(int exit, String out, String err) {}

    private static Printed run(String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var before = System.out;
        var beforeErr = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            return new Printed(new CommandLine(new KeyCommand())
                    .setExecutionExceptionHandler((_, _, _) -> 1).execute(arguments),
                    out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(before);
            System.setErr(beforeErr);
        }
    }

    @Test
    void theKeyIsPrintedAloneAndItsEntryBesideIt() {
        var printed = run("shop", "--admin");
        assertThat(printed.exit()).isZero();
        assertThat(printed.out()).matches("sk-anymesh-[\\w-]{43}\\R");
        assertThat(printed.err()).contains("- name: shop", "sha256: " + ApiKey.hash(printed.out().strip()),
                "admin: true").doesNotContain(printed.out().strip());
        assertThat(run("shop").out()).isNotEqualTo(printed.out());
        assertThat(run("shop").err()).doesNotContain("admin");
    }

    @Test
    void aNameThatCannotBeIsRefused() {
        var printed = run("two words");
        assertThat(printed.exit()).isEqualTo(1);
        assertThat(printed.out()).isEmpty();
    }
}
