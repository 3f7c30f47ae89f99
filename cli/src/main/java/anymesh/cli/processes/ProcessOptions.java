// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.tls.TlsConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a mesh of processes is started with.
 *
 * @param home where the project lies
 * @param folder for logs and for Consul's data
 * @param port of the first gateway
 * @param settings what the services are configured with
 * @param registry the Consul to use; {@code STATIC} starts one
 * @param tls what the services are told through the environment; Consul's health checks need it too
 * @param requestTimeout what a request may take
 * @param drainTimeout within how long a process that is told to go is to be gone
 */
public record ProcessOptions(Path home, Path folder, Replicas replicas, int port, ServiceSettings settings,
        RegistryConfig registry, TlsConfig tls, Duration requestTimeout, Duration drainTimeout) {}
