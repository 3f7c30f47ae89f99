// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import anymesh.backbone.decode.DecodeLoop;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxEnvironment;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A step of the built-in decoder behind twelve tokens: by ONNX Runtime's Java API, as we run it, and bound once. And what a block of a long
 * prompt, of which one is read between two tokens of others, takes of their step.
 */
final class StepBench {
    private static final int BEFORE = 12;
    private static final int STEPS = 200;
    private static final int OTHERS = 8;

    private StepBench() {}

    static void run(Path home, int rounds) throws Exception {
        var file = home.resolve("models/toyworld/backbone/model.onnx");
        System.out.println("| rows | Java API, µs | Anymesh, µs | | bound once, µs | |");
        System.out.println("|---|---|---|---|---|---|");
        for (int rows : new int[]{1, 8, 16}) {
            var medians = Medians.of(rounds, () -> byJavaApi(file, rows), () -> byAnymesh(file, rows, 1),
                    () -> bound(file, rows));
            System.out.printf("| %d | %.0f | %.0f | %.2f of it | %.0f | %.2f of it |%n", rows, medians.median(0),
                    medians.median(1), medians.ratio(1, 0), medians.median(2), medians.ratio(2, 0));
        }
        var medians = Medians.of(rounds, () -> byAnymesh(file, 1, DecodeLoop.BLOCK), () -> byAnymesh(file, OTHERS, 1));
        System.out.printf("| a block of %d positions of a prompt | | %.0f | %.2f of a step of %d rows | | |%n",
                DecodeLoop.BLOCK,
                medians.median(0), medians.ratio(0, 1), OTHERS);
    }

    private static double byJavaApi(Path file, int rows) throws Exception {
        try (var model = OnnxModel.load(file, OnnxSettings.cpu(1)); var options = new OrtSession.SessionOptions()) {
            var feeds = feeds(model, rows, 1);
            var results = results(model, feeds);
            options.setIntraOpNumThreads(1);
            try (var session = OnnxEnvironment.get().createSession(file.toString(), options)) {
                return micros(() -> run(session, feeds, results));
            }
        }
    }

    private static double byAnymesh(Path file, int rows, int fed) throws Exception {
        try (var model = OnnxModel.load(file, OnnxSettings.cpu(1))) {
            var feeds = feeds(model, rows, fed);
            var results = results(model, feeds);
            return micros(() -> model.run(feeds, results));
        }
    }

    private static double bound(Path file, int rows) throws Exception {
        try (var model = OnnxModel.load(file, OnnxSettings.cpu(1)); var binding = model.bind()) {
            var feeds = feeds(model, rows, 1);
            feeds.forEach(binding::feed);
            results(model, feeds).forEach(binding::write);
            return micros(binding::run);
        }
    }

    /** Of a session that was opened for it: where its weights lie makes it a few per cent faster or slower. */
    private static double micros(Medians.Action step) throws Exception {
        long begun = 0;
        for (int i = -STEPS / 4; i < STEPS; i++) {
            begun = i == 0 ? System.nanoTime() : begun;
            step.run();
        }
        return (System.nanoTime() - begun) / 1e3 / STEPS;
    }

    private static Map<String, Tensor> results(OnnxModel model, Map<String, Tensor> feeds) {
        var results = new HashMap<String, Tensor>();
        model.run(feeds).forEach((name, made) -> results.put(name, Tensor.allocate(made.type(), made.shape())));
        return results;
    }

    /** As one writes it with the Java API: handles on memory of one's own, for one run. */
    private static void run(OrtSession session, Map<String, Tensor> feeds, Map<String, Tensor> results)
            throws Exception {
        var fed = handles(feeds);
        var pinned = handles(results);
        try (var result = session.run(fed, pinned)) {
            if (result.size() != results.size()) {
                throw new IllegalStateException(result.size() + " results");
            }
        } finally {
            fed.values().forEach(OnnxTensor::close);
            pinned.values().forEach(OnnxTensor::close);
        }
    }

    private static Map<String, OnnxTensor> handles(Map<String, Tensor> tensors) throws Exception {
        var handles = new HashMap<String, OnnxTensor>();
        for (var entry : tensors.entrySet()) {
            var tensor = entry.getValue();
            handles.put(entry.getKey(), OnnxTensor.createTensor(OnnxEnvironment.get(), tensor.bytes(), tensor.shape(),
                    tensor.type() == ElementType.INT64 ? OnnxJavaType.INT64 : OnnxJavaType.FLOAT));
        }
        return handles;
    }

    private static Map<String, Tensor> feeds(OnnxModel model, int rows, int fed) {
        var feeds = new HashMap<String, Tensor>();
        for (var input : model.inputs().values()) {
            var shape = input.shape().stream().mapToLong(Long::longValue).toArray();
            shape[0] = rows;
            if (input.name().startsWith("past")) {
                shape[2] = BEFORE;
            } else {
                shape[1] = input.name().equals("attention_mask") ? BEFORE + fed : fed;
            }
            var tensor = Tensor.allocate(input.type(), shape);
            if (input.name().equals("attention_mask")) {
                for (int i = 0; i < tensor.elements(); i++) {
                    tensor.longs().put(i, 1);
                }
            }
            feeds.put(input.name(), tensor);
        }
        return feeds;
    }
}
