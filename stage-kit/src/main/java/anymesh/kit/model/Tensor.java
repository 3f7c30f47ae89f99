// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * Numbers off the heap, little-endian, row-major, which ONNX Runtime reads and writes in place. The memory is a direct
 * buffer: it goes when the tensor is no longer reachable, or with whoever lent it to {@link #wrap}. Not thread-safe.
 */
public final class Tensor {
    private final ElementType type;
    private final long[] shape;
    private final ByteBuffer bytes;

    private Tensor(ElementType type, long[] shape, ByteBuffer bytes) {
        this.type = type;
        this.shape = shape;
        this.bytes = bytes;
    }

    /** A zeroed tensor; throws {@link IllegalArgumentException} for a negative axis or more than 2 GiB. */
    public static Tensor allocate(ElementType type, long... shape) {
        return wrap(ByteBuffer.allocateDirect(byteSize(type, shape)), type, shape);
    }

    /**
     * A view of the buffer's bytes from its position to its limit, not a copy. Throws {@link IllegalArgumentException}
     * unless the buffer is direct and holds exactly the shape.
     */
    public static Tensor wrap(ByteBuffer direct, ElementType type, long... shape) {
        if (!direct.isDirect() || direct.remaining() != byteSize(type, shape)) {
            throw new IllegalArgumentException(
                    "a %s buffer of %d bytes (expected: direct, %d bytes for %s %s)".formatted(
                            direct.isDirect() ? "direct" : "heap", direct.remaining(), byteSize(type, shape), type,
                            Arrays.toString(shape)));
        }
        return new Tensor(type, shape.clone(), direct.slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    public static Tensor ofFloats(float[] values, long... shape) {
        var tensor = allocate(ElementType.FLOAT32, shape);
        tensor.floats().put(values);
        return tensor;
    }

    public static Tensor ofLongs(long[] values, long... shape) {
        var tensor = allocate(ElementType.INT64, shape);
        tensor.longs().put(values);
        return tensor;
    }

    public ElementType type() {
        return type;
    }

    /** A view of so many indices of an axis, before which all axes have size 1. */
    public Tensor part(int axis, int from, int count) {
        var part = shape.clone();
        part[axis] = count;
        if (Arrays.stream(shape, 0, axis).anyMatch(size -> size != 1)) {
            throw new IllegalArgumentException("a part along axis %d of %s is not in one piece".formatted(axis, this));
        }
        int bytesEach = shape[axis] == 0 ? 0 : (int) (bytes.capacity() / shape[axis]);
        return wrap(bytes.slice(from * bytesEach, count * bytesEach), type, part);
    }

    /** A FLOAT32 tensor in FLOAT16, rounded to the nearest; itself if that is its type. */
    public Tensor as(ElementType wanted) {
        if (type == wanted) {
            return this;
        }
        if (wanted != ElementType.FLOAT16) {
            throw new IllegalArgumentException("%s of %s (expected: FLOAT16)".formatted(wanted, type));
        }
        var halves = allocate(wanted, shape);
        Numbers.of(halves).write(0, toFloatArray());
        return halves;
    }

    public long[] shape() {
        return shape.clone();
    }

    public long size(int axis) {
        return shape[axis];
    }

    public int rank() {
        return shape.length;
    }

    public long elements() {
        return bytes.capacity() / type.bytes();
    }

    /** All bytes; every call gives a view with a position of its own. */
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Where its numbers are, for as long as it is reachable. */
    long address() {
        return MemorySegment.ofBuffer(bytes).address();
    }

    long byteSize() {
        return bytes.capacity();
    }

    /** All numbers of a FLOAT32 tensor. */
    public FloatBuffer floats() {
        require(ElementType.FLOAT32);
        return bytes().asFloatBuffer();
    }

    /** So many numbers from one on: of a FLOAT32 tensor as they lie there, of a FLOAT16 tensor a copy. */
    public FloatBuffer floats(int from, int count) {
        if (type == ElementType.FLOAT16) {
            var floats = new float[count];
            Numbers.of(this).read(from, floats);
            return FloatBuffer.wrap(floats);
        }
        return floats().slice(from, count);
    }

    /** All numbers of an INT64 tensor. */
    public LongBuffer longs() {
        require(ElementType.INT64);
        return bytes().asLongBuffer();
    }

    /** A copy of all numbers of a FLOAT32 tensor. */
    public float[] toFloatArray() {
        var values = new float[Math.toIntExact(elements())];
        floats().get(values);
        return values;
    }

    /** A copy of all numbers of an INT64 tensor. */
    public long[] toLongArray() {
        var values = new long[Math.toIntExact(elements())];
        longs().get(values);
        return values;
    }

    private void require(ElementType expected) {
        if (type != expected) {
            throw new IllegalStateException("tensor of %s (expected: %s)".formatted(type, expected));
        }
    }

    private static int byteSize(ElementType type, long[] shape) {
        long size = type.bytes();
        for (long axis : shape) {
            if (axis < 0) {
                throw new IllegalArgumentException("negative axis in shape " + Arrays.toString(shape));
            }
            size = Math.multiplyExact(size, axis);
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("shape %s takes %d bytes (limit: %d)".formatted(Arrays.toString(shape),
                    size, Integer.MAX_VALUE));
        }
        return (int) size;
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
