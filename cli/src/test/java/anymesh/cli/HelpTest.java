// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** {@code --help} of every command. */
final class HelpTest {
    private static Stream<List<String>> commands() {
        return below(new CommandLine(new Anymesh()), List.of());
    }

    private static Stream<List<String>> below(CommandLine line, List<String> names) {
        return Stream.concat(Stream.of(names), line.getSubcommands().entrySet().stream().flatMap(command -> {
            var all = new ArrayList<>(names);
            all.add(command.getKey());
            return below(command.getValue(), all);
        }));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void itSaysHowWithoutComplaint(List<String> names) {
        var out = new StringWriter();
        var err = new StringWriter();
        var asked = Stream.concat(names.stream(), Stream.of("--help")).toArray(String[]::new);
        int exit = new CommandLine(new Anymesh()).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .execute(asked);
        assertThat(exit).isZero();
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).contains("Usage: anymesh").contains(names.isEmpty() ? "" : names.getLast());
    }
}
