// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.tls;

import anymesh.wire.call.WireTransport;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.spec.InvalidKeySpecException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The credentials of one process: who calls must show a certificate of the mesh's authority, and so must who is called,
 * for what {@link TlsConfig#expects} says. Files that change are taken up without a restart; connections that stand stay
 * as they are. Thread-safe.
 *
 * <p>The files are watched here and not by gRPC's own timer, which does not look more often than once a minute.
 */
public final class MeshTls implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(MeshTls.class);

    private final TlsConfig config;
    private final ChannelCredentials channel;
    private final ServerCredentials server;
    private final @Nullable ScheduledExecutorService reloader;

    private MeshTls(TlsConfig config, ChannelCredentials channel, ServerCredentials server,
            @Nullable ScheduledExecutorService reloader) {
        this.config = config;
        this.channel = channel;
        this.server = server;
        this.reloader = reloader;
    }

    /** Reads the files, or does nothing if TLS is off; throws {@link IllegalArgumentException} if they cannot be used. */
    public static MeshTls open(TlsConfig config) {
        if (!config.enabled()) {
            return new MeshTls(config, InsecureChannelCredentials.create(), InsecureServerCredentials.create(), null);
        }
        var files = new Files(config);
        try {
            files.load();
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("tls: %s".formatted(e.getMessage()), e);
        }
        var reloader = Executors
                .newSingleThreadScheduledExecutor(Thread.ofPlatform().name("tls-reload").daemon().factory());
        long every = config.reloadEvery().toMillis();
        var _ = reloader.scheduleWithFixedDelay(files::reload, every, every, TimeUnit.MILLISECONDS);
        return new MeshTls(config,
                TlsChannelCredentials.newBuilder().keyManager(files.keys).trustManager(files.trust).build(),
                TlsServerCredentials.newBuilder().keyManager(files.keys).trustManager(files.trust)
                        .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE).build(),
                reloader);
    }

    /** A channel to a stage of this service; connects on the first call. */
    public NettyChannelBuilder channel(String service, String host, int port) {
        var builder = WireTransport.channel(host, port, channel);
        config.nameOf(service).ifPresent(builder::overrideAuthority);
        return builder;
    }

    /** For a server of one's own. */
    public ServerCredentials server() {
        return server;
    }

    @Override
    public void close() {
        if (reloader != null) {
            reloader.shutdownNow();
        }
    }

    /** The files and what was read from them. */
    private static final class Files {
        private final File ca;
        private final File certificate;
        private final File key;
        private final AdvancedTlsX509KeyManager keys;
        private final AdvancedTlsX509TrustManager trust;
        private Map<File, Long> loaded = Map.of();

        Files(TlsConfig config) {
            ca = new File(config.ca());
            certificate = new File(config.certificate());
            key = new File(config.key());
            try {
                keys = new AdvancedTlsX509KeyManager();
                trust = AdvancedTlsX509TrustManager.newBuilder()
                        .setVerification(Verification.CERTIFICATE_AND_HOST_NAME_VERIFICATION).build();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        void load() throws IOException, GeneralSecurityException {
            for (var file : new File[]{ca, certificate, key}) {
                if (!file.canRead()) {
                    throw new IOException(file + " cannot be read");
                }
            }
            var now = times();
            try {
                keys.updateIdentityCredentials(certificate, key);
            } catch (InvalidKeySpecException e) {
                throw new IOException(key + " (expected: an RSA or EC key in PKCS#8, BEGIN PRIVATE KEY)", e);
            }
            trust.updateTrustCredentials(ca);
            loaded = now;
        }

        void reload() {
            if (times().equals(loaded)) {
                return;
            }
            try {
                load();
                log.info("certificates were read again: {}", certificate);
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                // Half written, perhaps: those that were read go on, and the next look tries again.
                log.error("certificates cannot be read again, the old ones go on: {}", e.getMessage());
            }
        }

        private Map<File, Long> times() {
            var times = new TreeMap<File, Long>();
            for (var file : new File[]{ca, certificate, key}) {
                times.put(file, file.lastModified());
            }
            return times;
        }
    }
}
