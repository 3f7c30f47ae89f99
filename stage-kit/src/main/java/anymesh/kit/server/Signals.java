// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import java.lang.reflect.Proxy;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the signals that end a process from the JVM. That would run all shutdown hooks at once, and ONNX Runtime's own
 * hook frees what sessions still use: with 1.29 the JVM crashed when it was told to go while one was made.
 */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** Runs {@code ending} on SIGTERM and SIGINT, on a thread of its own; one that is ignored stays ignored. */
    static void onTermination(Runnable ending) {
        for (var name : List.of("TERM", "INT")) {
            try {
                handle(name, ending);
            } catch (ReflectiveOperationException | RuntimeException e) {
                log.warn("signal={} is left to the JVM: {}", name, String.valueOf(e));
            }
        }
    }

    /** By reflection: the compiler warns of sun.misc.Signal whatever is said to it, and warnings are errors here. */
    private static void handle(String name, Runnable ending) throws ReflectiveOperationException {
        var signals = Class.forName("sun.misc.Signal");
        var handlers = Class.forName("sun.misc.SignalHandler");
        var handle = signals.getMethod("handle", signals, handlers);
        var signal = signals.getConstructor(String.class).newInstance(name);
        var ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[]{handlers},
                (_, method, arguments) -> {
                    if (!method.getName().equals("handle")) {
                        return method.invoke(name, arguments); // toString and its like
                    }
                    ending.run();
                    return null;
                });
        var before = handle.invoke(null, signal, ours);
        if (handlers.getField("SIG_IGN").get(null).equals(before)) {
            var _ = handle.invoke(null, signal, before);
        }
    }
}
