// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Kubernetes objects as they would be applied. */
record Manifests(List<ObjectNode> objects) {
    private static final YAMLMapper YAML = new YAMLMapper();

    static Manifests parse(String yaml) throws IOException {
        try (var documents = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(yaml)) {
            return new Manifests(documents.readAll());
        }
    }

    /** Copies, to be changed. */
    Manifests copy() {
        return new Manifests(new ArrayList<>(objects.stream().map(ObjectNode::deepCopy).toList()));
    }

    String yaml() throws IOException {
        var text = new StringBuilder();
        for (var object : objects) {
            text.append(YAML.writeValueAsString(object)); // each begins with ---
        }
        return text.toString();
    }

    List<ObjectNode> of(String kind) {
        return objects.stream().filter(object -> object.path("kind").asText().equals(kind)).toList();
    }

    ObjectNode one(String kind, String name) {
        return of(kind).stream().filter(object -> name(object).equals(name)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    /** All that there is for one service. */
    Manifests ofService(String service) {
        return new Manifests(objects.stream()
                .filter(object -> object.at("/metadata/labels").path("app.kubernetes.io/name").asText().equals(service))
                .toList());
    }

    /** The objects by kind and name. */
    Map<String, ObjectNode> byName() {
        var all = new TreeMap<String, ObjectNode>();
        objects.forEach(object -> all.put(object.path("kind").asText() + "/" + name(object), object));
        return all;
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    /** The pod that a Deployment would make. */
    static ObjectNode pod(JsonNode deployment) {
        ObjectNode pod = deployment.at("/spec/template").deepCopy();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        pod.withObject("/metadata").put("name", name(deployment)).put("namespace",
                deployment.at("/metadata/namespace").asText());
        return pod;
    }

    /** The only container of a Deployment's pods. */
    static ObjectNode container(JsonNode deployment) {
        var containers = deployment.at("/spec/template/spec/containers");
        if (containers.size() != 1 || deployment.at("/spec/template/spec").has("initContainers")) {
            throw new AssertionError(name(deployment) + " has other containers than its main one");
        }
        return (ObjectNode) containers.get(0);
    }

    /** A Deployment's environment as its container would see it; what is read of the pod is made up. */
    static Map<String, String> environment(JsonNode deployment) {
        var environment = new LinkedHashMap<String, String>();
        for (var variable : container(deployment).path("env")) {
            var name = variable.path("name").asText();
            var value = variable.has("value")
                    ? variable.path("value").asText()
                    : fromPod(variable.at("/valueFrom/fieldRef/fieldPath").asText());
            if (environment.put(name, value) != null) {
                throw new AssertionError(name + " is set twice");
            }
        }
        return environment;
    }

    /** The same of one of these, with what it has of ConfigMaps that are here. */
    Map<String, String> environmentWithMaps(String name) {
        var environment = new LinkedHashMap<String, String>();
        for (var source : container(one("Deployment", name)).path("envFrom")) {
            environment.putAll(labels(one("ConfigMap", source.at("/configMapRef/name").asText()).path("data")));
        }
        environment.putAll(environment(one("Deployment", name)));
        return environment;
    }

    private static String fromPod(String field) {
        return switch (field) {
            case "metadata.name" -> "encoder-6c9f8b7d5-x2x4z";
            case "status.podIP" -> "10.244.0.7";
            default -> throw new AssertionError("nobody said what is in " + field);
        };
    }

    static Map<String, String> labels(JsonNode labels) {
        var map = new TreeMap<String, String>();
        labels.properties().forEach(label -> map.put(label.getKey(), label.getValue().asText()));
        return map;
    }
}
