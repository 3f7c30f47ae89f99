// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

/**
 * A release that somebody wants to be started beside what its service is configured with; what is empty was not said.
 *
 * @param bundle the folder of its bundle, on this machine or in its container
 * @param image the image that has it, in a cluster
 * @param release what it is expected to be, {@code SERVICE=BUNDLE@VERSION}
 */
public record StartRequest(String service, String bundle, String image, String release, String replicas) {

    /** The bundle as it lies on this machine; {@link IllegalArgumentException} says what is wrong with it or was not said. */
    public Candidate candidate() {
        if (!image.isEmpty()) {
            throw new IllegalArgumentException(
                    "--image %s (expected: --bundle DIR; images are for clusters, with --namespace)"
                            .formatted(image));
        }
        if (bundle.isEmpty()) {
            throw new IllegalArgumentException("say where its bundle lies: --bundle DIR");
        }
        var candidate = Candidate.open(service, bundle);
        if (!release.isEmpty() && !release.equals(candidate.toString())) {
            throw new IllegalArgumentException("%s holds %s (expected: %s)".formatted(bundle, candidate, release));
        }
        return candidate;
    }

    /** How many instances, where as many as this are meant if nobody says. */
    public int replicas(int usual) {
        return requireSome(service, replicas.isEmpty() ? usual : Replicas.number(service, replicas));
    }

    static int requireSome(String name, int count) {
        if (count == 0) {
            throw new IllegalArgumentException("replicas of %s: 0 (expected: 1 or more)".formatted(name));
        }
        return count;
    }

    boolean saysFrom() {
        return !bundle.isEmpty() || !image.isEmpty();
    }
}
