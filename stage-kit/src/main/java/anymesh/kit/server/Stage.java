// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.v1.StageDescription;
import io.grpc.ServerMethodDefinition;
import java.time.Duration;
import java.util.List;

/** What one service brings: its methods and its models. {@link StageRunner} does the rest. */
public interface Stage extends AutoCloseable {

    /** What it serves; the runner fills in service and instance id. */
    StageDescription describe();

    /** Its methods, all of one gRPC service. */
    List<ServerMethodDefinition<?, ?>> methods();

    /** Runs every model once, so that the first request doesn't pay for what is made lazily. */
    void warm();

    /** Finishes what was begun, takes nothing new, gives up after the timeout. */
    void drain(Duration timeout);

    @Override
    void close();
}
