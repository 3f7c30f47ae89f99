// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.tls.TlsConfig;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A certificate authority for tests, and certificates that it signs, as PEM files. */
public final class Certificates {
    private final Path folder;
    private final X509Bundle root;

    /** A new authority; its certificate is {@code ca.pem} in the folder. */
    public Certificates(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            root = new CertificateBuilder().subject("CN=test authority").setIsCertificateAuthority(true)
                    .buildSelfSigned();
            Files.writeString(ca(), root.getCertificatePEM());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    public Path ca() {
        return folder.resolve("ca.pem");
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    public Path key(String name) {
        return folder.resolve(name + "-key.pem");
    }

    /** Signs a new certificate for 127.0.0.1 and localhost under this name, and replaces the one of that name. */
    public Certificates issue(String name) {
        return sign(name, new CertificateBuilder().addSanIpAddress("127.0.0.1").addSanDnsName("localhost")
                .addSanDnsName("server.dc1.consul"));
    }

    /** Signs a new certificate with this DNS name, under it, and with no address; only a server's. */
    public Certificates issueServer(String name) {
        return sign(name, new CertificateBuilder().addSanDnsName(name)
                .setKeyUsage(true, KeyUsage.digitalSignature).addExtendedKeyUsageServerAuth());
    }

    /** As {@link #issueServer}; only a client's. */
    public Certificates issueClient(String name) {
        return sign(name, new CertificateBuilder().addSanDnsName(name)
                .setKeyUsage(true, KeyUsage.digitalSignature).addExtendedKeyUsageClientAuth());
    }

    /** What a process with the certificate of this name is configured with. */
    public TlsConfig config(String name, TlsConfig.Expects expects) {
        return new TlsConfig(true, ca().toString(), certificate(name).toString(), key(name).toString(), expects,
                Duration.ofSeconds(10));
    }

    private Certificates sign(String name, CertificateBuilder certificate) {
        try {
            var issued = certificate.subject("CN=" + name).buildIssuedBy(root);
            Files.writeString(certificate(name), issued.getCertificatePEM());
            Files.writeString(key(name), issued.getPrivateKeyPEM());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
