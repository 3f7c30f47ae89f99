// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.gateway.media.MediaStore;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.GeneratedMedia;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Vertx;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What attempts at jobs are made with.
 *
 * @param verdicts what a failure of an attempt means
 * @param made is told what was made for whom
 */
record Workbench(Vertx vertx, JobsConfig config, MediaStore media, Previews previews, StageRouter router,
        GenerationPipeline pipeline, Function<Throwable, Verdict> verdicts,
        BiConsumer<String, GeneratedMedia> made, JobMeters meters, Tracer tracer) {}
