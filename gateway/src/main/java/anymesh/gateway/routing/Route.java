// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How requests share out among releases for one part of their way. One share may be on trial: what fails there is made again
 * by the share that stands.
 *
 * @param shadow of a hundred outputs, how many are made by the other one too, the one on trial or the one that stands; these
 *     are compared and never sent
 * @param sticky whether requests with the same key come to the same share as long as the weights stay
 */
public record Route(List<Share> shares, int shadow, boolean sticky) {
    private static final int ALL = 100;

    public Route {
        shares = List.copyOf(shares);
        if (shares.stream().mapToLong(Share::weight).sum() == 0) {
            throw new IllegalArgumentException("a route needs a share with a weight above 0");
        }
        if (shares.stream().filter(Share::isOnTrial).count() > 1 || shares.stream().allMatch(Share::isOnTrial)) {
            throw new IllegalArgumentException("a route has at most one share on trial, and one that is not");
        }
        if (shadow < 0 || shadow > ALL) {
            throw new IllegalArgumentException("shadow: %d (expected: 0 to 100)".formatted(shadow));
        }
    }

    /** One where nothing is made twice. */
    public Route(List<Share> shares) {
        this(shares, 0, false);
    }

    /** Whether any request may come to this release. */
    boolean allows(Release release) {
        return shares.stream().anyMatch(share -> share.weight() > 0 && share.allows(release));
    }

    /** Whether one of its shares names a release. */
    boolean names(Release release) {
        return shares.stream().anyMatch(share -> share.releases().contains(release));
    }

    /** The share on trial. */
    public Optional<Share> trial() {
        return shares.stream().filter(Share::isOnTrial).findFirst();
    }

    /** The heaviest share that is not on trial, which takes over what fails there. */
    public Share standing() {
        return shares.stream().filter(share -> !share.isOnTrial()).max(Comparator.comparingInt(Share::weight))
                .orElseThrow();
    }

    /** The share of a request whose lot is from 0 to below 1. */
    Share at(double lot) {
        double left = lot * shares.stream().mapToLong(Share::weight).sum();
        Share last = Share.FREE;
        for (var share : shares) {
            if (share.weight() > 0) {
                last = share;
                left -= share.weight();
                if (left < 0) {
                    break;
                }
            }
        }
        return last; // the last one too where rounding leaves something
    }

    /** The share of a request, and those that may serve it where that one can't, in this order. */
    List<Share> from(double lot) {
        var drawn = at(lot);
        return Stream.concat(Stream.of(drawn), shares.stream()
                .filter(share -> share.weight() > 0 || (drawn.isOnTrial() && share.equals(standing())))).distinct()
                .toList();
    }

    /** Whether an output whose lot is from 0 to below 1 is made twice. */
    boolean isShadowed(double lot) {
        return trial().isPresent() && lot * ALL < shadow;
    }
}
