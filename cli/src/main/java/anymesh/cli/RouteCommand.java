// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anymesh route}: which releases take which share of the requests, shown or changed. */
@Command(name = "route", mixinStandardHelpOptions = true, description = "Shows the routes of a running mesh, or changes one once it was held against what runs.", footer = {
    "",
    "Such as: ./anymesh route output/image 95:generator-image=toyworld@2.0.0 5:generator-image=toyworld@3.0.0",
    "Releases that go together: 5:generator-image=toyworld@3.0.0+output-projector=toyworld@4.0.0"})
final class RouteCommand implements Callable<Integer> {
    @CommandLine.Mixin
    private final Target target = new Target();

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "output/MODALITY, input/MODALITY or model/NAME; without it all are shown")
    private @Nullable String name;

    @Parameters(index = "1..*", paramLabel = "WEIGHT:RELEASE[+RELEASE…]", description = "its shares")
    private List<String> shares = new ArrayList<>();

    @Option(names = "--sticky", description = "requests of one caller come to one share")
    private boolean sticky;

    @Option(names = "--remove", description = "takes it out: what serves, serves")
    private boolean remove;

    @Option(names = "--why", paramLabel = "TEXT", defaultValue = "", description = "stands in the log")
    @SuppressWarnings("NullAway.Init")
    private String why;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (name == null) {
            print(target.control().routes());
            return 0;
        }
        if (remove == !shares.isEmpty()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "say its shares, or --remove");
        }
        var asked = JsonNodeFactory.instance.objectNode().put("name", name).put("why", why)
                .put("who", System.getProperty("user.name"));
        if (!remove) {
            asked.set("route", route());
        }
        print(target.control().route(asked));
        return 0;
    }

    private ObjectNode route() {
        var route = JsonNodeFactory.instance.objectNode();
        var written = route.putArray("shares");
        for (var share : shares) {
            int colon = share.indexOf(':');
            if (colon < 1 || colon > 9 || !share.substring(0, colon).matches("\\d+")) {
                throw new CommandLine.ParameterException(spec.commandLine(),
                        "'%s' is no share (expected: such as 95:generator-image=toyworld@2.0.0)".formatted(share));
            }
            var one = written.addObject();
            for (var release : share.substring(colon + 1).split("\\+", -1)) {
                one.withArray("releases").add(release);
            }
            one.put("weight", Integer.parseInt(share.substring(0, colon)));
        }
        if (sticky) {
            route.put("sticky", true);
        }
        return route;
    }

    private static void print(JsonNode routes) {
        if (routes.isEmpty()) {
            System.out.println("no routes: what serves, serves");
        }
        routes.properties().forEach(route -> System.out.printf("%s  %s%n", route.getKey(), route.getValue().asText()));
    }
}
