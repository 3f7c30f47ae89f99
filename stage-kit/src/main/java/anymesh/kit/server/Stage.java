// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import anymesh.v1.StageDescription;
import io.grpc.ServerMethodDefinition;
import java.util.List;

/** What one service brings: its methods and its models. {@link StageRunner} does the rest. */
public interface Stage extends AutoCloseable {

    /** What it serves; the runner fills in service and instance id. */
    StageDescription describe();

    /** Its methods, all of one gRPC service. */
    List<ServerMethodDefinition<?, ?>> methods();

    /** Runs every model once, so that the first request doesn't pay for what is made lazily. */
    void warm();

    /**
     * Takes nothing new, fails what is left, and waits for the steps under way. False if one of them still runs when the
     * time is up: then {@link #close} must not be called, as it frees what they use.
     */
    boolean stop(Budget budget);

    /** Frees the models. */
    @Override
    void close();
}
