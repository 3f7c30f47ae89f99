// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

/** A URL that is not fetched, or could not be. The message is for whoever wrote the request, and a clause of a sentence. */
public final class FetchFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FetchFailed(String message) {
        super(message, null, false, false);
    }

    public static FetchFailed tooLong() {
        return new FetchFailed("the URL is longer than " + WebUrl.MAX_LENGTH + " characters.");
    }

    /**
     * The one message for hosts that don't exist, lead to an address that is not public, or are not allowed: different ones
     * would tell which names and addresses there are in this server's own network.
     */
    static FetchFailed notPublic() {
        return new FetchFailed("the URL's host has no public address that this server fetches from.");
    }
}
