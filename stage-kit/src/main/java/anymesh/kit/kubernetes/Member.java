// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.inquiry.StageInquiry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.StageDescription;
import io.grpc.Status;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint with what it says of itself. The cluster says whether it may be called, and hears late that it may not: a
 * stage that says itself that it goes, or at whose address nobody listens, is not called either. Belongs to one context.
 */
final class Member {
    private static final Logger log = LoggerFactory.getLogger(Member.class);

    /** What it said last: nothing yet, that it serves, that it goes; or that nobody was there. */
    private enum Word {
        NONE, SERVES, GOES, ABSENT
    }

    private final StageInquiry inquiry;
    private StageEndpoint endpoint;
    private StageDescription description = StageDescription.getDefaultInstance();
    private Word word = Word.NONE;
    private StageState told = StageState.STOPPED;

    Member(StageEndpoint endpoint, StageInquiry inquiry) {
        this.endpoint = endpoint;
        this.inquiry = inquiry;
    }

    StageInquiry inquiry() {
        return inquiry;
    }

    /** Whether this is where the member is already. */
    boolean isAt(StageEndpoint other) {
        return endpoint.service().equals(other.service()) && endpoint.host().equals(other.host())
                && endpoint.grpcPort() == other.grpcPort();
    }

    /** Whether it has something new to be asked. */
    boolean become(StageEndpoint next) {
        boolean isChanged = endpoint.condition() != next.condition();
        endpoint = next;
        if (!isAsked()) {
            // It starts, perhaps again, in the same pod: as what it comes back is not known.
            description = StageDescription.getDefaultInstance();
            word = Word.NONE;
        }
        return isChanged && isAsked();
    }

    boolean isAsked() {
        return endpoint.condition() != StageEndpoint.Condition.UNREADY;
    }

    void hear(StageInquiry.Answer answer) {
        if (isAsked()) {
            description = answer.description();
            word = answer.isServing() ? Word.SERVES : Word.GOES;
        }
    }

    /** Only that nobody listens is a sign; one that is slow to answer stays what it was. */
    void hearNothing(Throwable e) {
        var code = Status.fromThrowable(e).getCode();
        if (isAsked() && code == Status.Code.UNAVAILABLE && word != Word.NONE) {
            word = Word.ABSENT;
        } else if (word == Word.NONE) {
            log.debug("instance={} does not say what it is: {}", endpoint.id(), String.valueOf(e));
        }
    }

    /** As it is now; says in the log that it is in another state than before. */
    StageInstance instance() {
        var state = state();
        if (state != told) {
            told = state;
            log.info("instance={} state={} bundle={} version={}", endpoint.id(), state, description.getBundle(),
                    description.getVersion());
        }
        return new StageInstance(endpoint.id(), endpoint.service(), endpoint.host(), endpoint.grpcPort(),
                endpoint.httpPort(), 0, state, description);
    }

    private StageState state() {
        return switch (endpoint.condition()) {
            case UNREADY -> StageState.LOADING;
            case TERMINATING -> StageState.DRAINING;
            case READY -> switch (word) {
                case NONE -> StageState.LOADING;
                case SERVES -> StageState.SERVING;
                case GOES -> StageState.DRAINING;
                case ABSENT -> StageState.STOPPED;
            };
        };
    }
}
