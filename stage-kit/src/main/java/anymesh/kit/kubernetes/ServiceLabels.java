// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import anymesh.kit.registry.Release;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.Map;

/**
 * Which of the mesh's services an object of the cluster is for: the one that its label {@code anymesh.io/service} names, else
 * the one that it, or the Service that its endpoints are of, is called like. So plain manifests need no labels, and a second
 * Deployment or Service of the same service, which must be called something else, has one. EndpointSlices have the labels of
 * their Service.
 */
final class ServiceLabels {
    static final String SERVICE = "anymesh.io/service";
    static final String BUNDLE = "anymesh.io/bundle";
    static final String VERSION = "anymesh.io/version";
    /** On a Deployment that was made beside the manifests' and on its pods; its value is the Deployment's name. */
    static final String CANDIDATE = "anymesh.io/candidate";
    private static final String NAME_OF_SERVICE = "kubernetes.io/service-name";

    private ServiceLabels() {}

    static boolean isCandidate(HasMetadata object) {
        return labels(object).containsKey(CANDIDATE);
    }

    static String service(EndpointSlice slice) {
        var labels = labels(slice);
        return labels.getOrDefault(SERVICE, labels.getOrDefault(NAME_OF_SERVICE, ""));
    }

    /** {@code SERVICE}, or {@code SERVICE/BUNDLE/VERSION} if it says both. */
    static String release(HasMetadata object) {
        var labels = labels(object);
        var service = labels.getOrDefault(SERVICE, object.getMetadata().getName());
        var bundle = labels.get(BUNDLE);
        var version = labels.get(VERSION);
        return bundle == null || version == null ? service : new Release(service, bundle, version).key();
    }

    private static Map<String, String> labels(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels == null ? Map.of() : labels;
    }
}
