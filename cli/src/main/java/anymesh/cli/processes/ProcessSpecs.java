// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.supervise.ProcessSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the processes of a mesh are started: the command and the environment of each.
 *
 * @param home where the project lies
 * @param logs a folder with a file for each instance
 * @param config a folder whose {@code SERVICE.yaml}, where there is one, configures that service
 */
record ProcessSpecs(Path home, Path logs, @Nullable Path config, String consul) {
    private static final String MESH = "ANYMESH_";
    private static final String STAGE = "ANYMESH_STAGE_";
    // What a gateway is told of the registry, of TLS and of its end, a stage is told too.
    private static final List<String> SHARED = List.of("REGISTRY_", "TLS_", "LAMEDUCK", "DRAINTIMEOUT");

    ProcessSpec stage(ServiceProcess service, String id) {
        var environment = common();
        System.getenv().forEach((name, value) -> SHARED.stream()
                .filter(shared -> name.startsWith(MESH + shared))
                .forEach(_ -> environment.put(STAGE + name.substring(MESH.length()), value)));
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
        command.addAll(service.jvmFlags());
        command.add(service.mainClass());
        var file = config == null ? null : config.resolve(service.service() + ".yaml");
        if (file != null && Files.exists(file)) {
            command.addAll(List.of("--config", file.toAbsolutePath().toString()));
        }
        return new ProcessSpec(id, command, environment, home, log(id));
    }

    private String classPath() {
        var lib = home.resolve("cli/target/lib");
        return Files.isDirectory(lib) ? lib + "/*" : System.getProperty("java.class.path");
    }
}
