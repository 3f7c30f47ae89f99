// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a mesh of processes is started with.
 *
 * @param home where the project lies
 * @param folder for logs and for Consul's data
 * @param port of the first gateway
 * @param config a folder with {@code SERVICE.yaml} for the services that are to be configured
 * @param registry the Consul to use; {@code STATIC} starts one
 * @param tls what the services are told through the environment; Consul's health checks need it too
 * @param drainTimeout within how long a process that is told to go is to be gone
 */
public record ProcessOptions(Path home, Path folder, Replicas replicas, int port, @Nullable Path config,
        RegistryConfig registry, TlsConfig tls, Duration drainTimeout) {}
