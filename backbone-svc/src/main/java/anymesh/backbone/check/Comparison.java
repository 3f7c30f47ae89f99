// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.backbone.check.Reference.Sample;
import anymesh.v1.TokenLogprob;
import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * How an answer compares with the one that was expected.
 *
 * @param difference what differs; null if nothing does
 * @param isTie whether the two part where both tokens are as likely, as far as the tolerance lets one tell: what follows can't be
 *        compared
 * @param error the largest by which a log probability is off
 */
record Comparison(@Nullable String difference, boolean isTie, float error) {

    /** @param name the bytes of a token, as they are told */
    static Comparison of(Sample expected, Told told, float tolerance, TokenNames name) {
        float error = 0;
        int length = Math.min(expected.tokens().size(), told.length());
        for (int i = 0; i < Math.min(length, told.tokens().size()); i++) {
            int token = told.tokens().get(i);
            int wanted = expected.tokens().get(i);
            if (token != wanted) {
                return parted(i, wanted, told, tolerance, error, name);
            }
            if (i < expected.logprobs().size() && i < told.logprobs().size()) {
                error = Math.max(error, Math.abs(expected.logprobs().get(i) - told.logprobs().get(i).getLogprob()));
            }
        }
        if (expected.tokens().size() != told.length() || expected.isEnded() != told.isEnded()) {
            return new Comparison("%d tokens, %s, where the reference has %d, %s".formatted(told.length(),
                    ending(told.isEnded()), expected.tokens().size(), ending(expected.isEnded())), false, error);
        }
        return error > tolerance
                ? new Comparison("log probabilities are off by up to %.4f (tolerance: %s)".formatted(error, tolerance),
                        false, error)
                : new Comparison(null, false, error);
    }

    private static Comparison parted(int at, int wanted, Told told, float tolerance, float error, TokenNames name) {
        var text = name.of(wanted);
        if (at < told.logprobs().size()) {
            var own = told.logprobs().get(at);
            float gap = own.getTopList().stream().filter(top -> top.getText().equals(text)).findFirst()
                    .map(top -> own.getLogprob() - top.getLogprob()).orElse(Float.POSITIVE_INFINITY);
            if (gap <= 2 * tolerance) {
                return new Comparison(null, true, error);
            }
        }
        return new Comparison("token %d is %d '%s' where the reference has %d '%s'".formatted(at, told.tokens().get(at),
                name.of(told.tokens().get(at)).toStringUtf8(), wanted, text.toStringUtf8()), false, error);
    }

    private static String ending(boolean isEnded) {
        return isEnded ? "ended" : "not ended";
    }

    /** What an answer is to the same prompt in company. */
    static Sample asSample(Sample prompt, Told told) {
        boolean isWhole = told.tokens().size() >= told.length(); // tokens without text at the end are not told
        return new Sample(prompt.messages(), prompt.promptTokens(),
                isWhole ? told.tokens().subList(0, told.length()) : told.tokens(),
                told.logprobs().stream().map(TokenLogprob::getLogprob).toList(),
                told.isEnded() && isWhole ? "stop" : "length");
    }

    /** How tokens are told. */
    @FunctionalInterface
    interface TokenNames {
        ByteString of(int token);
    }
}
