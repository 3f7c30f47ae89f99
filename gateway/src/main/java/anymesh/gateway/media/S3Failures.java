// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.media;

import com.google.common.base.Throwables;
import java.net.UnknownHostException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** What failures of an S3 mean, for whoever has to mend them. */
final class S3Failures {
    private S3Failures() {}

    static String sentence(MediaConfig.S3 place, SdkException failure) {
        return failure instanceof AwsServiceException answer ? refused(place, answer) : unanswered(place, failure);
    }

    private static String refused(MediaConfig.S3 place, AwsServiceException answer) {
        var details = answer.awsErrorDetails();
        var code = details == null || details.errorCode() == null ? "" : details.errorCode();
        var meaning = switch (code) {
            case "NoSuchBucket" -> "there is no bucket '" + place.bucket() + "'";
            case "InvalidAccessKeyId", "XAdminUserNotFound" -> // the latter is versitygw's word
                "the access key is not known there";
            case "SignatureDoesNotMatch" -> "the secret key is not the one that belongs to the access key";
            case "AccessDenied" -> "whoever has this access key may not do that";
            case "ExpiredToken", "InvalidToken" -> "the session token has run out, or is not known there";
            case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException" ->
                "the bucket is in another region than jobs.media.s3.region says, or at another endpoint";
            case "RequestTimeTooSkewed" -> "the clock of this machine is wrong";
            default -> "it was refused with status " + answer.statusCode();
        };
        return details == null || details.errorMessage() == null
                ? meaning
                : "%s (%s: %s)".formatted(meaning, code, details.errorMessage());
    }

    private static String unanswered(MediaConfig.S3 place, SdkException failure) {
        Throwable cause = Throwables.getRootCause(failure);
        if (cause instanceof UnknownHostException) {
            return "there is no host %s (a bucket's name is in the host's unless jobs.media.s3.pathStyle is true)"
                    .formatted(cause.getMessage());
        }
        if (String.valueOf(failure.getMessage()).startsWith("Unable to load credentials")) {
            return "there are no keys, neither in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY nor in the file that "
                    + "AWS_SHARED_CREDENTIALS_FILE names nor where else Amazon's tools look (" + failure.getMessage()
                    + ")";
        }
        return "it does not answer%s (%s)".formatted(place.endpoint().isEmpty() ? "" : " at " + place.endpoint(),
                cause.getMessage());
    }
}
