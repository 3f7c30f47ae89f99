// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.testing.Certificates;
import io.vertx.core.Vertx;
import java.io.FileInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API by TLS, with certificates that change while it serves. */
class HttpsTest {
    @TempDir
    Path folder;

    private TestingMesh mesh(Path certificate, Path key) {
        return new TestingMesh(TestingMesh.config(Map.of("ANYMESH_HTTPS_CERTIFICATE", certificate.toString(),
                "ANYMESH_HTTPS_KEY", key.toString(), "ANYMESH_HTTPS_RELOADEVERY", "PT0.02S")));
    }

    private static SSLContext trusting(Path authority) throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var pem = new FileInputStream(authority.toFile())) {
            store.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** On a connection of its own. */
    private static HttpResponse<String> models(TestingMesh mesh, Path authority) throws Exception {
        try (var http = HttpClient.newBuilder().sslContext(trusting(authority)).build()) {
            return http
                    .send(HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + mesh.client.port() + "/v1/models"))
                            .build(), BodyHandlers.ofString());
        }
    }

    private static BigInteger serial(TestingMesh mesh, Path authority) throws Exception {
        var session = models(mesh, authority).sslSession().orElseThrow();
        return ((X509Certificate) session.getPeerCertificates()[0]).getSerialNumber();
    }

    @Test
    void clientsConnectByTlsAndNotWithout() throws Exception {
        var certificates = new Certificates(folder).issue("gateway");
        try (var mesh = mesh(certificates.certificate("gateway"), certificates.key("gateway"))) {
            var answer = models(mesh, certificates.ca());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("toyworld");
            assertThat(answer.headers().firstValue("strict-transport-security")).isPresent();
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            var others = new Certificates(folder.resolve("others"));
            assertThatThrownBy(() -> models(mesh, others.ca())).isInstanceOf(IOException.class);
            try (var plain = HttpClient.newHttpClient()) {
                assertThatThrownBy(() -> plain.send(HttpRequest
                        .newBuilder(URI.create("http://127.0.0.1:" + mesh.client.port() + "/v1/models")).build(),
                        BodyHandlers.ofString())).isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void aCertificateThatIsReplacedServesTheNextConnectionAndABrokenOneDoesNot() throws Exception {
        var certificates = new Certificates(folder).issue("gateway");
        var certificate = certificates.certificate("gateway");
        try (var mesh = mesh(certificate, certificates.key("gateway"))) {
            var first = serial(mesh, certificates.ca());
            certificates.issue("gateway");
            var second = await().ignoreExceptions().until(() -> serial(mesh, certificates.ca()),
                    serial -> !serial.equals(first));

            Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nhalf of it");
            await().during(Duration.ofMillis(300)).until(() -> serial(mesh, certificates.ca()).equals(second));

            certificates.issue("gateway");
            await().ignoreExceptions().until(() -> !serial(mesh, certificates.ca()).equals(second));
        }
    }

    @Test
    void whatCannotBeReadKeepsItFromStarting() {
        var certificates = new Certificates(folder).issue("gateway");
        var nowhere = folder.resolve("nowhere.pem");
        var config = new HttpsConfig(certificates.certificate("gateway").toString(), nowhere.toString(),
                Duration.ofSeconds(10));
        var vertx = Vertx.vertx();
        try {
            assertThatThrownBy(() -> ServedCertificate.open(vertx, config))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("nowhere.pem");
        } finally {
            Futures.join(vertx.close());
        }
        assertThatThrownBy(() -> TestingMesh.config(Map.of("ANYMESH_HTTPS_KEY", "key.pem")))
                .hasMessageContaining("https.certificate and https.key");
    }
}
