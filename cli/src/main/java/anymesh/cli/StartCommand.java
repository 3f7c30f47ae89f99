// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.StartRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh start}: another version of a service beside the one that serves. */
@Command(name = "start", mixinStandardHelpOptions = true, description = "Adds a version of a service, from a bundle, to the running mesh and waits until it serves. It takes no request until a route sends it some.", footer = {
    "", "Such as: ./anymesh start image --bundle models/toyworld/generator-image-2.0.0",
    "Then ./anymesh status shows its release, which scale, stop and logs take: generator-image=toyworld@3.0.0"})
final class StartCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @Parameters(paramLabel = "SERVICE", description = "such as generator-image, or image for short")
    @SuppressWarnings("NullAway.Init")
    private String service;

    @Option(names = "--bundle", paramLabel = "DIR", description = "the folder of its bundle; in a cluster, in its container")
    private @Nullable Path bundle;

    @Option(names = "--image", defaultValue = "", paramLabel = "IMAGE", description = "in a cluster: the image that has its bundle")
    @SuppressWarnings("NullAway.Init")
    private String image;

    @Option(names = "--replicas", defaultValue = "", paramLabel = "N", description = "how many instances (default: 1; in a cluster as many as there are)")
    @SuppressWarnings("NullAway.Init")
    private String replicas;

    @Override
    public Integer call() throws IOException, InterruptedException {
        InstanceTable.print(
                target.control().start(new StartRequest(service, bundle == null ? "" : target.folder(bundle), image, "",
                        replicas)),
                System.out);
        return 0;
    }
}
