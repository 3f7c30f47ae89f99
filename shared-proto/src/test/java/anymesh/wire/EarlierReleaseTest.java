// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.BackboneRequest;
import anymesh.v1.EncodeRequest;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectOutputRequest;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The contract of the last release holds: its gateways and stages understand those of this version. What it was is in
 * {@code wire-0.1.0.txtpb}; what it is now is written to {@code target/wire.txtpb}, for the next release to be kept like that.
 */
final class EarlierReleaseTest {
    private static final Path PROTOS = Path.of("proto/anymesh/v1");

    @Test
    void nothingOfTheLastReleaseIsGoneOrMeansSomethingElse() throws IOException {
        var now = now();
        Files.writeString(Path.of("target/wire.txtpb"), TextFormat.printer().printToString(now));
        assertThat(broken(released(), now)).isEmpty();
    }

    @Test
    void theContractIsReadWhole() throws IOException {
        try (var files = Files.list(PROTOS)) {
            assertThat(now().getFileList()).extracting(FileDescriptorProto::getName)
                    .containsExactlyInAnyOrderElementsOf(
                            files.map(file -> "anymesh/v1/" + file.getFileName()).toList());
        }
    }

    @Test
    void whatWouldBreakItIsFound() throws IOException {
        assertThat(broken(released(), changed("name: \"seed\"\\s+number: 2", "name: \"seed\" number: 99")))
                .containsExactly("anymesh.v1.GeneratorRequest 2 is gone and not reserved");
        assertThat(broken(released(), changed("TYPE_UINT64", "TYPE_INT64"))).isNotEmpty()
                .allMatch(broken -> broken.endsWith("is something else"));
        assertThat(broken(released(), changed("server_streaming: true", ""))).containsExactlyInAnyOrder(
                "anymesh.v1.LlmBackbone/Generate is something else",
                "anymesh.v1.ModalityGenerator/Generate is something else");
        assertThat(broken(released(), changed("name: \"Encode\"", "name: \"EncodeAll\"")))
                .containsExactly("anymesh.v1.ModalityEncoder/Encode is gone and not reserved");
    }

    private static FileDescriptorSet changed(String from, String to) throws IOException {
        var text = TextFormat.printer().printToString(released());
        assertThat(text).containsPattern(from);
        return TextFormat.parse(text.replaceAll(from, to), FileDescriptorSet.class);
    }

    private static FileDescriptorSet released() throws IOException {
        try (var file = Objects.requireNonNull(EarlierReleaseTest.class.getResourceAsStream("/wire-0.1.0.txtpb"))) {
            return TextFormat.parse(new String(file.readAllBytes(), StandardCharsets.UTF_8), FileDescriptorSet.class);
        }
    }

    private static FileDescriptorSet now() {
        var files = new TreeMap<String, FileDescriptorProto>();
        Stream.of(EncodeRequest.getDescriptor(), ProjectInputRequest.getDescriptor(), BackboneRequest.getDescriptor(),
                ProjectOutputRequest.getDescriptor(), GeneratorRequest.getDescriptor())
                .forEach(message -> add(message.getFile(), files));
        return FileDescriptorSet.newBuilder().addAllFile(files.values()).build();
    }

    private static void add(FileDescriptor file, Map<String, FileDescriptorProto> files) {
        files.put(file.getName(), file.toProto());
        file.getDependencies().forEach(dependency -> add(dependency, files));
    }

    /** What one who knows {@code before} would miss in {@code now}, or take for something else. */
    private static List<String> broken(FileDescriptorSet before, FileDescriptorSet now) {
        var is = meanings(now);
        var reserved = reserved(now);
        var broken = new ArrayList<String>();
        meanings(before).forEach((name, meaning) -> {
            if (!is.containsKey(name) && !reserved.contains(name)) {
                broken.add(name + " is gone and not reserved");
            } else if (is.containsKey(name) && !meaning.equals(is.get(name))) {
                broken.add("%s is something else".formatted(name));
            }
        });
        return broken;
    }

    /** What travels by what it is known by: a field and a constant by their numbers, since their names don't travel. */
    private static Map<String, String> meanings(FileDescriptorSet files) {
        var meanings = new TreeMap<String, String>();
        for (var file : files.getFileList()) {
            for (var message : file.getMessageTypeList()) {
                message.getFieldList().forEach(field -> meanings.put(
                        "%s.%s %d".formatted(file.getPackage(), message.getName(), field.getNumber()),
                        meaning(message, field)));
            }
            for (var type : file.getEnumTypeList()) {
                type.getValueList().forEach(value -> meanings.put(
                        "%s.%s %d".formatted(file.getPackage(), type.getName(), value.getNumber()), value.getName()));
            }
            for (var service : file.getServiceList()) {
                service.getMethodList().forEach(method -> meanings.put(
                        "%s.%s/%s".formatted(file.getPackage(), service.getName(), method.getName()),
                        method.toBuilder().clearOptions().build().toString()));
            }
        }
        return meanings;
    }

    private static String meaning(DescriptorProto message, FieldDescriptorProto field) {
        var choice = field.hasOneofIndex() ? message.getOneofDecl(field.getOneofIndex()).getName() : "";
        return String.join(" ", field.getLabel().name(), field.getType().name(), field.getTypeName(), choice);
    }

    private static Set<String> reserved(FileDescriptorSet files) {
        var reserved = new HashSet<String>();
        for (var file : files.getFileList()) {
            for (var message : file.getMessageTypeList()) {
                message.getReservedRangeList().forEach(range -> IntStream.range(range.getStart(), range.getEnd())
                        .forEach(number -> reserved
                                .add("%s.%s %d".formatted(file.getPackage(), message.getName(), number))));
            }
        }
        return reserved;
    }
}
