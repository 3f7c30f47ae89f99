// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.Modality;
import java.util.List;

/** A model as clients see it: a name behind which a backbone serves, and the media that it reads and writes. */
public record ModelCard(String id, List<Modality> inputs, List<Modality> outputs) {}
