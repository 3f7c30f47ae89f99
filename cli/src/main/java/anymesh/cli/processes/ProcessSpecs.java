// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.settings.ServiceSettings;
import anymesh.cli.supervise.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How the processes of a mesh are started: the command and the environment of each.
 *
 * @param home where the project lies
 * @param logs a folder with a file for each instance
 * @param settings what the services are configured with; their environment reaches them by itself
 */
record ProcessSpecs(Path home, Path logs, ServiceSettings settings, String consul) {
    /** What the launcher has found for this JVM and these jars, and the class path that it was made with. */
    private static final String AOT_CACHE = "anymesh.aot";
    private static final String CLASS_PATH = "anymesh.classes";
    /** Each check is a connection to each stage. Here the supervisor tells Consul which process has ended. */
    private static final String CHECK_EVERY = "ANYMESH_STAGE_REGISTRY_CONSUL_CHECKEVERY";

    ProcessSpec stage(ServiceProcess service, Group group, String id) {
        var environment = common();
        if (!settings.environment().containsKey(CHECK_EVERY) && settings.file(service.service()).isEmpty()) {
            environment.put(CHECK_EVERY, "PT10S");
        }
        environment.putAll(settings.forStage(service.service()));
        environment.putAll(group.environment());
        environment.put("ANYMESH_STAGE_INSTANCEID", id);
        environment.put("ANYMESH_STAGE_GRPCPORT", "0");
        environment.put("ANYMESH_STAGE_HTTPPORT", "0");
        environment.put("ANYMESH_STAGE_REGISTRY_KIND", "CONSUL");
        environment.put("ANYMESH_STAGE_REGISTRY_CONSUL_ADDRESS", consul);
        return spec(service, id, environment);
    }

    ProcessSpec gateway(String id, int port) {
        var environment = common();
        environment.put("ANYMESH_PORT", String.valueOf(port));
        environment.put("ANYMESH_STATE", logs.resolveSibling("mesh.json").toString()); // jobs are kept beside it
        environment.put("ANYMESH_REGISTRY_KIND", "CONSUL");
        environment.put("ANYMESH_REGISTRY_CONSUL_ADDRESS", consul);
        return spec(ServiceProcess.GATEWAY, id, environment);
    }

    Path log(String id) {
        return logs.resolve(id + ".log");
    }

    private Map<String, String> common() {
        var environment = new HashMap<String, String>();
        environment.put("ANYMESH_PARENT_PID", String.valueOf(ProcessHandle.current().pid()));
        environment.put("ANYMESH_LOG", "INFO");
        // As a variable: ONNX Runtime crashes on long arguments, and the list of jars is one.
        environment.put("CLASSPATH", classPath());
        return environment;
    }

    private ProcessSpec spec(ServiceProcess service, String id, Map<String, String> environment) {
        environment.putAll(service.environment());
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + home.resolve("jvm.options"));
        command.add("-XX:ErrorFile=" + logs.resolve(id + "-crash-%p.txt")); // not where somebody happens to work
        command.addAll(service.jvmOptions(home));
        var learned = System.getProperty(AOT_CACHE);
        if (learned != null) {
            // Where it was written for, or each process would have a copy of its own; and what was hot is not compiled at
            // once, as that would be done in each of them at the same time.
            command.addAll(List.of("-XX:AOTCache=" + learned, "-XX:+UnlockDiagnosticVMOptions",
                    "-XX:ArchiveRelocationMode=0", "-XX:-AOTReplayTraining", "-Xlog:aot=off,cds=off"));
        }
        command.add(service.mainClass());
        settings.file(service.service())
                .ifPresent(file -> command.addAll(List.of("--config", file.toAbsolutePath().toString())));
        return new ProcessSpec(id, command, environment, home, log(id));
    }

    /** Of an installed copy or of a source tree, or in a test its own. */
    private String classPath() {
        return Stream.of("lib", "cli/target/lib").map(home::resolve).filter(Files::isDirectory).findFirst()
                .map(lib -> Objects.requireNonNullElse(System.getProperty(CLASS_PATH), lib + "/*"))
                .orElseGet(() -> System.getProperty("java.class.path"));
    }
}
