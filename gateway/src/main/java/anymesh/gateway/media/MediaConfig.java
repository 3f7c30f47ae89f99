// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import anymesh.kit.config.ServerUrl;

/** Where media are kept; {@code config/gateway.yaml} explains every key. */
public record MediaConfig(Kind kind, S3 s3) {
    /** What keeps them. */
    public enum Kind {
        FOLDER, S3
    }

    /**
     * Which bucket, and where. Who asks is not said here: keys come from where Amazon's tools look for them.
     *
     * @param endpoint {@code https://host:port}; empty for Amazon's own
     * @param region empty for what {@code AWS_REGION} says, or {@code us-east-1}
     * @param prefix what all names begin with there. All that does is the mesh's, and deleted if no job names it
     * @param pathStyle whether the bucket's name is in the path, not in the host's name
     */
    public record S3(String endpoint, String region, String bucket, String prefix, boolean pathStyle) {
        public S3 {
            if (!endpoint.isEmpty() && !isEndpoint(endpoint)) {
                throw new IllegalArgumentException(
                        "jobs.media.s3.endpoint: expected https://host:port, without a user and a path");
            }
            if (prefix.startsWith("/") || !prefix.endsWith("/")) {
                throw new IllegalArgumentException(
                        "jobs.media.s3.prefix: '%s' (expected: a name of the mesh's own that ends with a slash and begins with none)"
                                .formatted(prefix));
            }
        }

        private static boolean isEndpoint(String text) {
            return ServerUrl.of(text).filter(uri -> uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                    .isPresent();
        }

        /** As people read it. */
        String place() {
            return "s3://%s/%s%s".formatted(bucket, prefix, endpoint.isEmpty() ? "" : " at " + endpoint);
        }
    }

    public MediaConfig {
        if (kind == Kind.S3 && s3.bucket().isBlank()) {
            throw new IllegalArgumentException("jobs.media.s3.bucket: it is missing, which kind S3 needs");
        }
    }

    /** In a folder. */
    public static MediaConfig defaults() {
        return new MediaConfig(Kind.FOLDER, new S3("", "", "", "anymesh/", false));
    }
}
