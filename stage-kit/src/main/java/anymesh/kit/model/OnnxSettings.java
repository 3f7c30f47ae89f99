// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.util.List;

/**
 * How a session is made: providers are tried in this order and the first that loads is taken; {@code intraOpThreads} 0
 * means one for each core, or one in all for a graph of few weights, whose rows are then run {@link OnnxModel#sideBySide side by side}.
 */
public record OnnxSettings(List<Provider> providers, int intraOpThreads) {

    public OnnxSettings {
        providers = List.copyOf(providers);
        if (providers.isEmpty()) {
            throw new IllegalArgumentException("onnx.providers: [] (expected: at least one of TENSORRT, CUDA, CPU)");
        }
        if (intraOpThreads < 0) {
            throw new IllegalArgumentException("onnx.intraOpThreads: %d (expected: >= 0)".formatted(intraOpThreads));
        }
    }

    /** TensorRT, then CUDA, then CPU: whichever is there. */
    public static OnnxSettings defaults() {
        return new OnnxSettings(List.of(Provider.TENSORRT, Provider.CUDA, Provider.CPU), 0);
    }

    /** CPU with so many threads. */
    public static OnnxSettings cpu(int intraOpThreads) {
        return new OnnxSettings(List.of(Provider.CPU), intraOpThreads);
    }
}
