// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** The tensors that a Python script left in a file. */
public record Fixture(Path file, Map<String, Tensor> tensors) {

    public static Fixture read(Path file) {
        return new Fixture(file, SafeTensors.read(file));
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public Tensor get(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    public long[] longs(String name) {
        return get(name).toLongArray();
    }

    public String metadata(String key) {
        return Objects.requireNonNull(SafeTensors.metadata(file).get(key), key);
    }
}
