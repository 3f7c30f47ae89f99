// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * The memory of a tensor of floats, 32 or 16 bits wide, written and read as {@code float[]} rows: models exported in half
 * precision take and give halves at their edges too. The views are made once, so that a step allocates none.
 */
public sealed interface Numbers {

    void write(int at, float[] values);

    void read(int at, float[] values);

    static Numbers of(Tensor tensor) {
        return of(tensor.bytes(), tensor.type());
    }

    /** The whole of a little-endian buffer. Types other than floats are an {@link IllegalArgumentException}. */
    static Numbers of(ByteBuffer bytes, ElementType type) {
        return switch (type) {
            case FLOAT32 -> new Singles(bytes.asFloatBuffer());
            case FLOAT16 -> new Halves(bytes.asShortBuffer());
            case INT64, INT32, BOOL -> throw new IllegalArgumentException("tensor of " + type + " (expected: floats)");
        };
    }

    /** IEEE 754 binary32. */
    record Singles(FloatBuffer numbers) implements Numbers {
        @Override
        public void write(int at, float[] values) {
            numbers.put(at, values);
        }

        @Override
        public void read(int at, float[] values) {
            numbers.get(at, values);
        }
    }

    /** IEEE 754 binary16. */
    record Halves(ShortBuffer numbers) implements Numbers {
        @Override
        public void write(int at, float[] values) {
            for (int i = 0; i < values.length; i++) {
                numbers.put(at + i, Float.floatToFloat16(values[i]));
            }
        }

        @Override
        public void read(int at, float[] values) {
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.float16ToFloat(numbers.get(at + i));
            }
        }
    }
}
