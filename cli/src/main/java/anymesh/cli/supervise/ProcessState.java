// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.supervise;

/** Where a supervised process is in its life. */
public sealed interface ProcessState {
    /** It runs under this process id. */
    record Running(long pid) implements ProcessState {}

    /** It ended by itself with this exit code and is started again after a pause. */
    record Waiting(int exitCode) implements ProcessState {}

    /** It was told to go. */
    record Stopping(long pid) implements ProcessState {}

    /** The process id, or 0 while there is none. */
    default long pidOrZero() {
        return switch (this) {
            case Running(long pid) -> pid;
            case Waiting _ -> 0;
            case Stopping(long pid) -> pid;
        };
    }
}
