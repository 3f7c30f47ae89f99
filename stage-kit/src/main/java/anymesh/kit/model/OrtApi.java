// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The functions of ONNX Runtime's C API (onnxruntime_c_api.h) that its Java API lacks, or has at a price. They lie in
 * {@code struct OrtApi}, which grows at its end only, so that a function's place is the same in all versions. Handles are pointers to what
 * the runtime owns; an {@link OrtException} says what it says itself. What is called for each tensor of each run takes addresses: of a
 * segment the JVM would see each time that it is still there.
 */
@SuppressWarnings("restricted") // Foreign functions are what it is for.
final class OrtApi {
    private static final int PLACES = 141;
    private static final int DEVICE_ALLOCATOR = 0;
    private static final int DEFAULT_MEMORY = 0;

    private static final MemorySegment TABLE = table();
    private static final MethodHandle ERROR_CODE = function(1, FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle ERROR_MESSAGE = function(2, FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle RELEASE_STATUS = function(93, FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle RUN = function(9, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CREATE_TENSOR = function(49, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG,
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG), Linker.Option.critical(false));
    private static final MethodHandle RELEASE_VALUE = function(96, FunctionDescriptor.ofVoid(JAVA_LONG),
            Linker.Option.critical(false));
    private static final MemorySegment HOST = memory("Cpu");

    /** Those of a binding, which only who binds needs. */
    private static final class Binding {
        private static final MethodHandle CREATE = status(134, ADDRESS, ADDRESS);
        private static final MethodHandle RELEASE = function(135, FunctionDescriptor.ofVoid(ADDRESS));
        private static final MethodHandle INPUT = status(136, ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle OUTPUT = status(137, ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle OUTPUT_TO_DEVICE = status(138, ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle OUTPUT_VALUES = status(140, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle RUN = status(133, ADDRESS, ADDRESS, ADDRESS);
        private static final MethodHandle ALLOCATOR_FREE = status(76, ADDRESS, ADDRESS);
        private static final MemorySegment ALLOCATOR = constant(status(78, ADDRESS));
    }

    private static final class Device {
        private static final MemorySegment MEMORY = memory("Cuda");
    }

    private OrtApi() {}

    /** The {@code OrtSession} behind the Java API's. */
    static MemorySegment session(OrtSession session) {
        try {
            var handle = OrtSession.class.getDeclaredField("nativeHandle");
            handle.setAccessible(true);
            return MemorySegment.ofAddress(handle.getLong(session));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of ONNX Runtime has no nativeHandle", e);
        }
    }

    /** Where a provider has what a session makes. */
    static MemorySegment memoryOf(Provider provider) {
        return switch (provider) {
            case CPU -> HOST;
            case CUDA, TENSORRT -> Device.MEMORY;
        };
    }

    /**
     * Makes a tensor of the caller's memory, which must outlive it.
     *
     * @param axes where its shape is
     * @param made where its handle goes, to be released
     */
    static void tensor(Tensor tensor, long axes, long made) throws OrtException {
        try {
            check((long) CREATE_TENSOR.invokeExact(HOST.address(), tensor.address(), tensor.byteSize(), axes,
                    (long) tensor.rank(), type(tensor.type()), made));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    static void release(long value) {
        try {
            RELEASE_VALUE.invokeExact(value);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Names and values are arrays of pointers. */
    static void run(MemorySegment session, long feedNames, long feeds, long fed, long resultNames, long wanted,
            long results) throws OrtException {
        try {
            check((long) RUN.invokeExact(session.address(), 0L, feedNames, feeds, fed, resultNames, wanted, results));
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** An {@code OrtIoBinding}, to be released. */
    static MemorySegment binding(MemorySegment session) throws OrtException {
        return made(Binding.CREATE, session);
    }

    static void releaseBinding(MemorySegment binding) {
        try {
            Binding.RELEASE.invokeExact(binding);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** The binding shares the value, which may be released. On a device, it has a copy of it. */
    static void bindInput(MemorySegment binding, MemorySegment name, MemorySegment value) throws OrtException {
        call(Binding.INPUT, binding, name, value);
    }

    /** The binding shares the value, which may be released. */
    static void bindOutput(MemorySegment binding, MemorySegment name, MemorySegment value) throws OrtException {
        call(Binding.OUTPUT, binding, name, value);
    }

    /** The runtime allocates it there at the next run. */
    static void bindOutputTo(MemorySegment memory, MemorySegment binding, MemorySegment name) throws OrtException {
        call(Binding.OUTPUT_TO_DEVICE, binding, name, memory);
    }

    static void run(MemorySegment session, MemorySegment binding) throws OrtException {
        try {
            check(((MemorySegment) Binding.RUN.invokeExact(session, MemorySegment.NULL, binding)).address());
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    /** All outputs of the last run, in the order in which they were bound first; each is to be released. */
    static List<MemorySegment> outputs(MemorySegment binding) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var array = arena.allocate(ADDRESS);
            var count = arena.allocate(JAVA_LONG);
            call(Binding.OUTPUT_VALUES, binding, Binding.ALLOCATOR, array, count);
            long size = count.get(JAVA_LONG, 0);
            var values = array.get(ADDRESS, 0).reinterpret(size * ADDRESS.byteSize());
            var all = new ArrayList<MemorySegment>();
            for (long i = 0; i < size; i++) {
                all.add(values.getAtIndex(ADDRESS, i));
            }
            if (size > 0) {
                call(Binding.ALLOCATOR_FREE, Binding.ALLOCATOR, values);
            }
            return all;
        }
    }

    private static MethodHandle status(int place, MemoryLayout... arguments) {
        return function(place, FunctionDescriptor.of(ADDRESS, arguments));
    }

    private static MethodHandle function(int place, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(TABLE.getAtIndex(ADDRESS, place), type, options);
    }

    /** The Java API has it, and keeps it to itself. */
    private static MemorySegment table() {
        OnnxEnvironment.get();
        try {
            var handle = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            handle.setAccessible(true);
            return MemorySegment.ofAddress(handle.getLong(null)).reinterpret(PLACES * ADDRESS.byteSize());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this version of ONNX Runtime has no ortApiHandle", e);
        }
    }

    /** An {@code OrtMemoryInfo} of the first device of its kind, kept until the process ends. */
    private static MemorySegment memory(String device) {
        try (var arena = Arena.ofConfined()) {
            return constant(status(68, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), arena.allocateFrom(device),
                    DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY);
        }
    }

    private static MemorySegment constant(MethodHandle function, Object... arguments) {
        try {
            return made(function, arguments);
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a function makes whose last argument is where to put it. */
    private static MemorySegment made(MethodHandle function, Object... arguments) throws OrtException {
        try (var arena = Arena.ofConfined()) {
            var made = arena.allocate(ADDRESS);
            var all = Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = made;
            call(function, all);
            return made.get(ADDRESS, 0);
        }
    }

    /** Takes a microsecond more than {@code invokeExact}, for what isn't done at each run. */
    private static void call(MethodHandle function, Object... arguments) throws OrtException {
        try {
            check(((MemorySegment) function.invokeWithArguments(arguments)).address());
        } catch (Throwable e) {
            throw thrown(e);
        }
    }

    private static void check(long address) throws Throwable {
        if (address == 0) {
            return;
        }
        var status = MemorySegment.ofAddress(address);
        int code = (int) ERROR_CODE.invokeExact(status);
        var text = ((MemorySegment) ERROR_MESSAGE.invokeExact(status)).reinterpret(Long.MAX_VALUE).getString(0);
        RELEASE_STATUS.invokeExact(status);
        throw new OrtException(code, text);
    }

    private static OrtException thrown(Throwable e) {
        return switch (e) {
            case OrtException refused -> refused;
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> throw new IllegalStateException(e);
        };
    }

    /** {@code ONNXTensorElementDataType}. */
    private static int type(ElementType type) {
        return switch (type) {
            case FLOAT32 -> 1;
            case INT32 -> 6;
            case INT64 -> 7;
            case BOOL -> 9;
            case FLOAT16 -> 10;
        };
    }
}
