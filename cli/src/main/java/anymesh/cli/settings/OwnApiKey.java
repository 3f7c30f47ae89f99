// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Map;

/** The key with which these commands ask a gateway that has keys: the environment's {@code ANYMESH_API_KEY}. */
public final class OwnApiKey {
    private static final String VARIABLE = "ANYMESH_API_KEY";

    private OwnApiKey() {}

    /** A request to a gateway. */
    public static HttpRequest.Builder request(URI uri) {
        return request(uri, System.getenv());
    }

    static HttpRequest.Builder request(URI uri, Map<String, String> environment) {
        var request = HttpRequest.newBuilder(uri);
        String key = environment.getOrDefault(VARIABLE, "");
        return key.isEmpty() ? request : request.header("authorization", "Bearer " + key);
    }
}
