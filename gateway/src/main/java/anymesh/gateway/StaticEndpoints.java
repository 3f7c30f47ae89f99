// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.routing.Services;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.List;

/** Stages of a gateway that runs by itself, as {@code host:port} of their gRPC side, by service. */
public record StaticEndpoints(List<String> encoder, List<String> inputProjector, List<String> backbone,
        List<String> outputProjector, List<String> generatorImage, List<String> generatorAudio,
        List<String> generatorVideo) {

    /** One stage's address. */
    record Endpoint(String service, String host, int port) {
        String id() {
            return service + "@" + host + ":" + port;
        }
    }

    public StaticEndpoints {
        encoder = List.copyOf(encoder);
        inputProjector = List.copyOf(inputProjector);
        backbone = List.copyOf(backbone);
        outputProjector = List.copyOf(outputProjector);
        generatorImage = List.copyOf(generatorImage);
        generatorAudio = List.copyOf(generatorAudio);
        generatorVideo = List.copyOf(generatorVideo);
    }

    /** No stages: the registry comes from elsewhere. */
    public static StaticEndpoints none() {
        return new StaticEndpoints(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** All of them; throws {@link IllegalArgumentException} for one that is no address. */
    List<Endpoint> all() {
        List<Endpoint> all = new ArrayList<>();
        add(Services.ENCODER, encoder, all);
        add(Services.INPUT_PROJECTOR, inputProjector, all);
        add(Services.BACKBONE, backbone, all);
        add(Services.OUTPUT_PROJECTOR, outputProjector, all);
        add(Services.generator(Modality.IMAGE), generatorImage, all);
        add(Services.generator(Modality.AUDIO), generatorAudio, all);
        add(Services.generator(Modality.VIDEO), generatorVideo, all);
        return all;
    }

    private static void add(String service, List<String> addresses, List<Endpoint> all) {
        for (String address : addresses) {
            int colon = address.lastIndexOf(':');
            String port = address.substring(colon + 1);
            if (colon < 1 || !port.matches("\\d{1,5}") || Integer.parseInt(port) > 65_535) {
                throw new IllegalArgumentException(
                        "endpoints: %s of %s (expected: host:port)".formatted(address, service));
            }
            all.add(new Endpoint(service, address.substring(0, colon), Integer.parseInt(port)));
        }
    }
}
