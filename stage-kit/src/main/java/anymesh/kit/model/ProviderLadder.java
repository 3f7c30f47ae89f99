// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import anymesh.kit.compute.ComputeThread;
import java.nio.file.Path;
import java.util.ArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries providers in turn and logs why each was taken or left. What the runtime lists as available is only what it was
 * compiled with, so the one honest probe is to ask for it.
 */
final class ProviderLadder {
    private static final Logger log = LoggerFactory.getLogger(ProviderLadder.class);
    private static final long LIGHT_BYTES = 16 << 20;

    /** @param threads 0: one for each core */
    record Opened(OrtSession session, Provider provider, int threads) {}

    private ProviderLadder() {}

    /** On a thread whose priority those that the runtime starts for the session inherit. */
    static Opened open(Path file, OnnxSettings settings) throws OrtException {
        return ComputeThread.call("load-" + file.getFileName(), () -> climb(file, settings));
    }

    private static Opened climb(Path file, OnnxSettings settings) throws OrtException {
        var environment = OnnxEnvironment.get(); // first: options too load the native libraries
        int threads = threads(file, settings);
        var refusals = new ArrayList<String>();
        for (var provider : settings.providers()) {
            // The options must outlive the session only while it is made: the runtime copies them.
            try (var options = new SessionOptions()) {
                configure(options, threads);
                add(options, provider);
                var session = environment.createSession(file.toString(), options);
                log.info("model={} provider={} reason={}", file, provider,
                        refusals.isEmpty() ? "first choice" : String.join("; ", refusals));
                return new Opened(session, provider, threads);
            } catch (OrtException e) {
                if (provider == Provider.CPU) {
                    throw e;
                }
                refusals.add(provider + " not usable: " + reason(file, e));
                log.debug("model={} provider={} refused", file, provider, e);
            }
        }
        throw new BundleException("%s: no provider works (%s)".formatted(file, String.join("; ", refusals)));
    }

    /** Of its own choice one for a light graph: between the threads of a session, handing over small operators takes longer than they do. */
    private static int threads(Path file, OnnxSettings settings) {
        return settings.intraOpThreads() == 0 && ExternalData.bytes(file) < LIGHT_BYTES
                ? 1
                : settings.intraOpThreads();
    }

    private static void configure(SessionOptions options, int threads) throws OrtException {
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        // Waiting threads that spin take the cores of the other stages of the mesh.
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
    }

    private static void add(SessionOptions options, Provider provider) throws OrtException {
        switch (provider) {
            case TENSORRT -> options.addTensorrt(0);
            case CUDA -> options.addCUDA(0);
            case CPU -> {
            }
        }
    }

    /** What the runtime says, without its codes and the file's name, in one line. */
    static String reason(Path file, OrtException e) {
        var line = String.valueOf(e.getMessage()).lines().findFirst().orElse("no message");
        return line.replaceFirst("^Error code - \\w+ - message: ", "").replace("Load model from " + file + " failed:",
                "");
    }
}
