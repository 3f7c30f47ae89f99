// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.kit.registry.Release;
import java.util.List;

/** How requests share out among releases for one part of their way. */
public record Route(List<Share> shares) {
    public Route {
        shares = List.copyOf(shares);
        if (shares.stream().mapToLong(Share::weight).sum() == 0) {
            throw new IllegalArgumentException("a route needs a share with a weight above 0");
        }
    }

    /** Whether any request may come to this release. */
    boolean allows(Release release) {
        return shares.stream().anyMatch(share -> share.weight() > 0 && share.allows(release));
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
}
