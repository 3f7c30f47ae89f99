// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebUrlTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "https://example.org/a.png|example.org|/a.png",
        "HTTPS://Example.ORG|example.org|/",
        "https://example.org?a=b/../c|example.org|/?a=b/../c",
        "https://example.org:443/a|example.org|/a",
        "https://example.org:/a|example.org|/a",
        "https://example.org./a|example.org|/a",
        "https://example.org/a%20b?X-Amz-Signature=0%2F1#part|example.org|/a%20b?X-Amz-Signature=0%2F1",
        "https://bücher.example/ü.png|xn--bcher-kva.example|/%C3%BC.png",
        "https://example。org/|example.org|/",
        "https://my_bucket.s3.example.org/a|my_bucket.s3.example.org|/a",
        "https://8.8.8.8/a|8.8.8.8|/a",
        "https://[2606:2800:21F::1]/a|[2606:2800:21f::1]|/a",
        "' https://example.org/a '|example.org|/a"})
    void hostAndTargetAreRead(String text, String host, String target) {
        assertThat(WebUrl.parse(text)).isEqualTo(new WebUrl(host, target));
    }

    private static boolean isPublic(String text) {
        try {
            return WebUrl.parse(text).address().flatMap(PublicAddress::of).isPresent();
        } catch (FetchFailed e) {
            return false;
        }
    }

    /** Loopback and others in all spellings that some program somewhere takes. */
    @ParameterizedTest
    @ValueSource(strings = {"https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://0x7f.1/",
        "https://127.1/", "https://127.0.1/", "https://0177.0.0.1/", "https://0x7f.0x0.0x0.0x1/", "https://127.0.0.01/",
        "https://127.0.0.1.5/", "https://127.0.0.256/", "https://127.0.0.1/", "https://127.0.0.1./",
        "https://127.0.0.1../",
        "https://１２７.０.０.１/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://%31%32%37.0.0.1/",
        "https://0/", "https://0.0.0.0/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/", "https://[fe80::1]/", "https://[fc00::1]/", "https://[64:ff9b::10.0.0.1]/",
        "https://[2002:7f00:1::]/", "https://[::1.2.3]/", "https://[1:2]/", "https://localhost/", "https://localhost./",
        "https://LOCALHOST/", "https://kubernetes/", "https://.example.org/", "https://example..org/",
        "https://-a.example.org/", "https://example.org-/", "https://a b.example.org/", "https://ex\u0000ample.org/",
        "https://a.example.0x7f/", "https://a.1/"})
    void whatIsNoPublicHostIsRefused(String text) {
        assertThat(isPublic(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "//example.org/",
        "https:example.org", "https:/example.org", "https:///example.org", "https://", "https://:443/", "https://@/",
        "https://user@example.org/", "https://user:password@example.org/", "https://example.org@127.0.0.1/",
        "https://127.0.0.1:443@example.org/", "https://@example.org/", "https://example.org:80/",
        "https://example.org:8443/", "https://example.org:0443/", "https://example.org:-1/",
        "https://example.org:443:443/",
        "https://example.org\\@127.0.0.1/", "https://example.org\r\nX: y/", "https://example.org/a\r\nHost: b",
        "https://example.org/a b", "https://[::1%25eth0]/", "https://[::1/", "https://::1/",
        "jar:https://example.org/!/a",
        "javascript:alert(1)", "gopher://example.org/", "data:image/png;base64,QUJD"})
    void whatIsNoPlainHttpsUrlIsRefused(String text) {
        assertThatThrownBy(() -> WebUrl.parse(text)).isInstanceOf(FetchFailed.class);
    }

    @Test
    void anEndlessUrlIsRefused() {
        assertThatThrownBy(() -> WebUrl.parse("https://example.org/" + "a".repeat(WebUrl.MAX_LENGTH)))
                .isInstanceOf(FetchFailed.class).hasMessageContaining("longer than");
    }

    @ParameterizedTest
    @CsvSource({"b.png,example.org,/x/b.png", "/b.png?q,example.org,/b.png?q", "?q,example.org,/x/?q",
        "//other.example.net/b,other.example.net,/b", "https://other.example.net,other.example.net,/"})
    void aRedirectIsReadFromWhereItStands(String location, String host, String target) {
        assertThat(WebUrl.parse("https://example.org/x/a.png").resolve(location)).isEqualTo(new WebUrl(host, target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://example.org/", "//user@example.org/", "//example.org:22/", "//localhost/",
        "//2130706433/",
        "file:///etc/passwd", "https://a b/", "::"})
    void aRedirectIsCheckedAsTheUrlWas(String location) {
        var url = WebUrl.parse("https://example.org/a.png");
        assertThatThrownBy(() -> url.resolve(location)).isInstanceOf(FetchFailed.class);
    }

    @Test
    void aUrlIsPrintedWithoutItsSecrets() {
        assertThat(WebUrl.parse("https://example.org/a?signature=secret")).asString().doesNotContain("secret");
    }
}
