// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.kit.catalogue.Modalities;
import anymesh.v1.Modality;
import java.util.List;

/** Modalities as clients name them. */
final class ModalityNames {
    private ModalityNames() {}

    /** The field {@code modalities}: absent means that the backbone decides. */
    static List<Modality> read(Fields request) {
        if (!request.has("modalities")) {
            return List.of();
        }
        List<String> names = request.strings("modalities");
        if (names.isEmpty()) {
            throw request.invalid("modalities", "Invalid '%s': an answer needs at least one modality.");
        }
        return names.stream().map(name -> read(request, name)).distinct().toList();
    }

    private static Modality read(Fields request, String name) {
        return Modalities.named(name).filter(modality -> Modalities.name(modality).equals(name))
                .orElseThrow(() -> request.invalid("modalities",
                        "Invalid '%s': '%s' is not supported; expected 'text', 'image', 'audio' or 'video'.",
                        Fields.abbreviated(name)));
    }
}
