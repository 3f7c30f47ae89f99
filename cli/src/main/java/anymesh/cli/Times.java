// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** Times as they are written on a command line: {@code 30s}, {@code 10m}, {@code 1h}. */
final class Times {
    private Times() {}

    /** As ISO-8601; anything else is misuse of the command. */
    static String iso(String text, CommandSpec command) {
        if (!text.matches("\\d+[smhSMH]")) {
            throw new CommandLine.ParameterException(command.commandLine(),
                    "'%s' is no time (expected: such as 30s or 10m)".formatted(text));
        }
        return "PT" + text.toUpperCase(Locale.ROOT);
    }
}
