// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.LlmBackboneGrpc;
import anymesh.v1.ModalityEncoderGrpc;
import anymesh.v1.ModalityGeneratorGrpc;
import anymesh.v1.OutputProjectorGrpc;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.ProjectOutputRequest;
import anymesh.v1.ProjectOutputResponse;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;

/**
 * The five steps of the path as gRPC methods, with the generated names and a marshaller that keeps embeddings off the
 * heap. Received batches live in the memory given here.
 */
public final class StageMethods {
    private final MethodDescriptor<Frame<EncodeRequest>, Frame<EncodeResponse>> encode;
    private final MethodDescriptor<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> projectInput;
    private final MethodDescriptor<Frame<BackboneRequest>, Frame<BackboneEvent>> generateText;
    private final MethodDescriptor<Frame<ProjectOutputRequest>, Frame<ProjectOutputResponse>> projectOutput;
    private final MethodDescriptor<Frame<GeneratorRequest>, Frame<GeneratorEvent>> generateMedia;

    public StageMethods(WireMemory memory) {
        encode = ModalityEncoderGrpc.getEncodeMethod().toBuilder(
                marshaller(memory, EncodeRequest.parser(), EncodeRequest.getDefaultInstance()),
                marshaller(memory, EncodeResponse.parser(), EncodeResponse.getDefaultInstance())).build();
        projectInput = InputProjectorGrpc.getProjectMethod().toBuilder(
                marshaller(memory, ProjectInputRequest.parser(), ProjectInputRequest.getDefaultInstance()),
                marshaller(memory, ProjectInputResponse.parser(), ProjectInputResponse.getDefaultInstance())).build();
        generateText = LlmBackboneGrpc.getGenerateMethod().toBuilder(
                marshaller(memory, BackboneRequest.parser(), BackboneRequest.getDefaultInstance()),
                marshaller(memory, BackboneEvent.parser(), BackboneEvent.getDefaultInstance())).build();
        projectOutput = OutputProjectorGrpc.getProjectMethod().toBuilder(
                marshaller(memory, ProjectOutputRequest.parser(), ProjectOutputRequest.getDefaultInstance()),
                marshaller(memory, ProjectOutputResponse.parser(), ProjectOutputResponse.getDefaultInstance()))
                .build();
        generateMedia = ModalityGeneratorGrpc.getGenerateMethod().toBuilder(
                marshaller(memory, GeneratorRequest.parser(), GeneratorRequest.getDefaultInstance()),
                marshaller(memory, GeneratorEvent.parser(), GeneratorEvent.getDefaultInstance())).build();
    }

    /** F_X = ME_X(I_X): media into features, or into the joint space. */
    public MethodDescriptor<Frame<EncodeRequest>, Frame<EncodeResponse>> encode() {
        return encode;
    }

    /** P_X = Θ_X→T(F_X): features into the backbone's input space. */
    public MethodDescriptor<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> projectInput() {
        return projectInput;
    }

    /** t, S_X = LLM(P_X, F_T): a stream of text and of signals. */
    public MethodDescriptor<Frame<BackboneRequest>, Frame<BackboneEvent>> generateText() {
        return generateText;
    }

    /** H_X = Θ_T→X(S_X): signal states into the generator's condition space. */
    public MethodDescriptor<Frame<ProjectOutputRequest>, Frame<ProjectOutputResponse>> projectOutput() {
        return projectOutput;
    }

    /** X = MG_X(H_X): a stream of progress, then the medium. */
    public MethodDescriptor<Frame<GeneratorRequest>, Frame<GeneratorEvent>> generateMedia() {
        return generateMedia;
    }

    private static <H extends Message> FrameMarshaller<H> marshaller(WireMemory memory, Parser<H> parser, H empty) {
        return new FrameMarshaller<>(memory, parser, empty);
    }
}
