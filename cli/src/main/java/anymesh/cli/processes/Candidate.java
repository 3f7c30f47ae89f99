// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.Release;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.v1.Modality;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/** A release that is started beside what its service is configured with, from a bundle in a folder. */
public record Candidate(Release release, Path bundle) implements Group {
    /** What may stand in the name of a document, and so in a release's key. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    /**
     * Reads the bundle and checks everything that can be checked without loading it: manifest, component, modality, and each
     * file against its checksum. {@link IllegalArgumentException} says what is wrong with it.
     */
    public static Candidate open(String serviceName, String folder) {
        var service = Replicas.requireStage(serviceName);
        var kind = service.stage().orElseThrow();
        try {
            // As it is at this moment: a link that is pointed elsewhere would make another release of one that runs.
            var bundle = ModelBundle.open(Path.of(folder).toRealPath(), kind.component());
            kind.makes().ifPresent(modality -> requireMakes(bundle, modality));
            return new Candidate(release(service.service(), bundle), bundle.directory());
        } catch (IOException | InvalidPathException _) {
            throw refused(folder, service, "there is no such folder that can be read");
        } catch (BundleException e) {
            throw refused(folder, service, String.valueOf(e.getMessage()));
        }
    }

    /** One that was started before; {@link IllegalArgumentException} too if its folder has another release now. */
    public static Candidate again(StoredReplicas.Started left) {
        var candidate = open(left.name().substring(0, left.name().indexOf('/')), left.bundle());
        if (!candidate.key().equals(left.name())) {
            throw new IllegalArgumentException("its folder has %s now".formatted(candidate));
        }
        return candidate;
    }

    private static void requireMakes(ModelBundle bundle, Modality modality) {
        var makes = GeneratorManifest.of(bundle).modality();
        if (makes != modality) {
            throw new BundleException("it makes %s (expected: %s)".formatted(Modalities.name(makes),
                    Modalities.name(modality)));
        }
    }

    private static Release release(String service, ModelBundle bundle) {
        var manifest = bundle.manifest();
        if (!NAME.matcher(manifest.bundle()).matches() || !NAME.matcher(manifest.version()).matches()) {
            throw new BundleException(
                    "%s/manifest.json: bundle '%s', version '%s' (expected: letters, digits, '.', '_' and '-')"
                            .formatted(bundle.directory(), manifest.bundle(), manifest.version()));
        }
        return new Release(service, manifest.bundle(), manifest.version());
    }

    private static IllegalArgumentException refused(String folder, ServiceProcess service, String why) {
        return new IllegalArgumentException("%s is no bundle that %s can serve: %s".formatted(folder,
                service.service(), why));
    }

    @Override
    public String service() {
        return release.service();
    }

    @Override
    public String key() {
        return release.key();
    }

    @Override
    public Map<String, String> environment() {
        return Map.of("ANYMESH_STAGE_BUNDLE", bundle.toString(), "ANYMESH_STAGE_CANDIDATE", "true");
    }

    @Override
    public String toString() {
        return release.toString();
    }
}
