// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code anymesh bundle}: what is done to bundles before they serve. */
@Command(name = "bundle", mixinStandardHelpOptions = true, description = "Makes bundles of what others exported, checks them, and makes faster or smaller ones of them.", synopsisSubcommandLabel = "COMMAND", subcommands = {
    ImportCommand.class, CheckCommand.class, OptimizeCommand.class})
public final class BundleCommand implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
