// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.bundle.BundleCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: see {@code help}. Exit codes: 0 done, 1 failed, 2 misused. */
@Command(name = "anymesh", mixinStandardHelpOptions = true, versionProvider = Version.class, description = "An any-to-any generation mesh: text, pictures, sounds and films in any mix, in and out.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    UpCommand.class, AskCommand.class, StatusCommand.class, TopCommand.class, StartCommand.class, ScaleCommand.class,
    StopCommand.class,
    RouteCommand.class, SwapCommand.class, RollbackCommand.class, RecordCommand.class, ReplayCommand.class,
    LogsCommand.class, KeyCommand.class, BundleCommand.class, RehearseCommand.class,
    CommandLine.HelpCommand.class}, footer = {"", "  test      runs every test (the launcher does it)"})
public final class Anymesh implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    public static void main(String[] args) {
        var commands = new CommandLine(new Anymesh());
        commands.setExecutionExceptionHandler((e, line, _) -> {
            line.getErr().println("anymesh: " + Failures.message(e));
            return 1;
        });
        System.exit(commands.execute(args));
    }

    @Command(name = "version", mixinStandardHelpOptions = true, description = "Prints which version this is.")
    void version() {
        spec.commandLine().printVersionHelp(System.out);
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
