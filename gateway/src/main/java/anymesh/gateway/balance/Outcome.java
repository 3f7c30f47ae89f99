// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

/** What the end of a call says of the instance that had it. */
public enum Outcome {
    /** It answered, and be it that the request was bad. */
    ANSWERED,
    /** It failed: one more in a row. */
    FAILED,
    /** It is not there: no need to wait for a second failure. */
    LOST,
    /** Nothing: the caller gave up, or the instance was busy or about to leave. */
    UNKNOWN
}
