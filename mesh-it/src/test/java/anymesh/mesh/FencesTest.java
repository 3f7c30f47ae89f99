// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** One place per concern: who may import what. */
@AnalyzeClasses(packages = "anymesh", importOptions = {ImportOption.DoNotIncludeTests.class,
    FencesTest.DoNotIncludeTestJars.class})
final class FencesTest {
    /** What the tests of several modules share, which ArchUnit takes for main code once it is in a jar. */
    static final class DoNotIncludeTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String[] SERVICES = {"anymesh.encoder..", "anymesh.projector..", "anymesh.backbone..",
        "anymesh.generator..", "anymesh.gateway.."};

    @ArchTest
    static final ArchRule onlyTheWireImportsArrow = onlyIn("org.apache.arrow..", "anymesh.wire..", "anymesh.bench..");

    @ArchTest
    static final ArchRule onlyTheModelRuntimeImportsOnnxRuntime = onlyIn("ai.onnxruntime..", "anymesh.kit.model..",
            "anymesh.bench..");

    @ArchTest
    static final ArchRule onlyTheModelRuntimeImportsTheTokenizer = onlyIn("ai.djl..", "anymesh.kit.model..");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsFfmpeg = onlyIn("org.bytedeco..", "anymesh.kit.media..");

    /**
     * Three exceptions, all for media of the mesh's own making and on threads for blocking work: a film and a sound are joined
     * (ADR 7), what two releases made is looked at while one takes the other's place (ADR 16), and films of jobs get pictures
     * that show them (ADR 21).
     */
    @ArchTest
    static final ArchRule theEventLoopAndTheWorkersDecodeNothing = noClasses()
            .that().resideInAnyPackage("anymesh.gateway..", "anymesh.generator.pipeline..", "anymesh.kit.batch..")
            .and().doNotHaveFullyQualifiedName("anymesh.gateway.pipeline.ScaleStep")
            .and().doNotHaveFullyQualifiedName("anymesh.gateway.pipeline.SoundtrackStep")
            .and().doNotHaveFullyQualifiedName("anymesh.gateway.swap.Flaws")
            .and().doNotHaveFullyQualifiedName("anymesh.gateway.jobs.Previews")
            .should().dependOnClassesThat().haveFullyQualifiedName("anymesh.kit.media.MediaCodec");

    @ArchTest
    static final ArchRule onlyOnePackageMayImportConsul = onlyIn("io.vertx.ext.consul..", "anymesh.kit.consul..");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsDatabases = noClasses()
            .that().resideOutsideOfPackage("anymesh.gateway.database..")
            .should().dependOnClassesThat().resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..",
                    "org.postgresql..", "io.vertx.sqlclient..", "io.vertx.pgclient..", "org.flywaydb..");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsS3 = onlyIn("software.amazon..", "anymesh.gateway.media..");

    /** Whom a gateway connects to for a client is checked there, and nowhere else may forget to. */
    @ArchTest
    static final ArchRule onlyOnePackageOfTheGatewayAsksTheWeb = noClasses()
            .that().resideInAPackage("anymesh.gateway..").and().resideOutsideOfPackage("anymesh.gateway.fetch..")
            .should().dependOnClassesThat().haveNameMatching("io\\.vertx\\.core\\.http\\.HttpClient.*")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("java.net.URL")
            .orShould().dependOnClassesThat().resideInAPackage("java.net.http..");

    /** Gateways make every hop; the network policies of k8s/ let no stage through to another. */
    @ArchTest
    static final ArchRule stagesCallNobody = noClasses()
            .that().resideInAnyPackage("anymesh.encoder..", "anymesh.projector..", "anymesh.backbone..",
                    "anymesh.generator..", "anymesh.kit.server..", "anymesh.kit.batch..", "anymesh.kit.model..",
                    "anymesh.kit.rows..", "anymesh.kit.media..")
            .should().dependOnClassesThat().haveFullyQualifiedName("io.grpc.ManagedChannel")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("io.grpc.Channel");

    @ArchTest
    static final ArchRule onlyOnePackageKnowsKubernetes = onlyIn("io.fabric8..", "anymesh.kit.kubernetes..");

    @ArchTest
    static final ArchRule onlyTracingKnowsItsSdk = onlyIn("io.opentelemetry.sdk..", "anymesh.kit.trace..");

    @ArchTest
    static final ArchRule batchingKnowsNoModelAndNoModality = noClasses().that().resideInAPackage("anymesh.kit.batch..")
            .should().dependOnClassesThat().resideInAnyPackage("anymesh.kit.model..", "anymesh.kit.server..")
            .orShould().dependOnClassesThat().haveFullyQualifiedName("anymesh.v1.Modality");

    @ArchTest
    static final ArchRule theContractKnowsNobody = noClasses().that().resideInAPackage("anymesh.wire..")
            .should().dependOnClassesThat().resideInAnyPackage("anymesh.kit..", "io.vertx..");

    @ArchTest
    static final ArchRule theKitKnowsNoService = noClasses().that().resideInAPackage("anymesh.kit..")
            .should().dependOnClassesThat().resideInAnyPackage(SERVICES);

    @ArchTest
    static final ArchRule onlyTheCommandLineKnowsServices = noClasses()
            .that(resideInAnyPackage(SERVICES)).should().dependOnClassesThat(resideInAPackage("anymesh.cli.."));

    @ArchTest
    static final ArchRule noPackageIsPartOfACycle = slices().matching("anymesh.(**)").should().beFreeOfCycles();

    @ArchTest
    static void noServiceDependsOnAnother(JavaClasses classes) {
        for (var service : SERVICES) {
            for (var other : SERVICES) {
                if (!service.equals(other)) {
                    noClasses().that().resideInAPackage(service)
                            .should().dependOnClassesThat().resideInAPackage(other).check(classes);
                }
            }
        }
    }

    @ArchTest
    static void everyModuleIsLookedAt(JavaClasses classes) {
        for (var part : new String[]{"anymesh.wire", "anymesh.kit.model", "anymesh.encoder", "anymesh.projector",
            "anymesh.backbone", "anymesh.generator", "anymesh.gateway", "anymesh.cli"}) {
            assertThat(classes.that(resideInAPackage(part + "..")).size()).as(part).isPositive();
        }
        assertThat(classes.that(alwaysTrue()).size()).isGreaterThan(100);
    }

    private static ArchRule onlyIn(String library, String... homes) {
        return noClasses().that().resideOutsideOfPackages(homes)
                .should().dependOnClassesThat().resideInAPackage(library).allowEmptyShould(true);
    }
}
