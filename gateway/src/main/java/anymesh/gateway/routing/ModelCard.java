// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import anymesh.v1.Modality;
import java.util.List;

/**
 * A model as clients see it: a name behind which a backbone serves, and the media that it reads and writes; or an encoder.
 *
 * @param outputs what is answered; empty where only embeddings are made
 * @param embeds what is made into vectors of a space that modalities share
 */
public record ModelCard(String id, List<Modality> inputs, List<Modality> outputs, List<Modality> embeds) {
    /** Whether it can be asked something. */
    public boolean answers() {
        return !outputs.isEmpty();
    }
}
