// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaConfigTest {
    private static MediaConfig.S3 s3(String endpoint, String bucket, String prefix) {
        return new MediaConfig.S3(endpoint, "", bucket, prefix, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3.example.com", "https://me:secret@s3.example.com", "https://s3.example.com/films",
        "ftp://s3.example.com", "https://", "not a url"})
    void anEndpointIsASchemeAHostAndAPort(String endpoint) {
        assertThatThrownBy(() -> s3(endpoint, "films", "anymesh/")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jobs.media.s3.endpoint").message().doesNotContain("secret");
        s3("https://s3.example.com:9000", "films", "anymesh/");
    }

    /** The mesh deletes what nobody names, so what others have in the bucket must not look like its own. */
    @ParameterizedTest
    @ValueSource(strings = {"", "/", "anymesh", "/anymesh/"})
    void namesHaveAPrefixOfTheMeshsOwn(String prefix) {
        assertThatThrownBy(() -> s3("", "films", prefix)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jobs.media.s3.prefix");
    }

    @Test
    void aBucketIsNeeded() {
        assertThatThrownBy(() -> new MediaConfig(MediaConfig.Kind.S3, s3("", "", "anymesh/")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("jobs.media.s3.bucket");
    }
}
