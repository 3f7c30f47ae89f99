// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.forecast.Forecasts;
import anymesh.gateway.routing.StageRouter;

/** What all answers go through from equation 3 on, what is foreseen of them, and who sees it. */
record Steps(StageRouter router, Forecasts forecasts, ReasonStep reason, ProjectOutputStep projectOutput,
        GenerateStep generate, ScaleStep scale, SoundtrackStep soundtrack, Trials trials, GeneratorTap tap,
        Shadows shadows) {

    static Steps of(StageClient client, StageRouter router, Trials trials, GeneratorTap tap) {
        var forecasts = new Forecasts(client::loads, System::nanoTime);
        var projectOutput = new ProjectOutputStep(client);
        var generate = new GenerateStep(client, forecasts);
        return new Steps(router, forecasts, new ReasonStep(client, forecasts), projectOutput, generate, new ScaleStep(),
                new SoundtrackStep(), trials, tap, new Shadows(projectOutput, generate, trials));
    }

    /** The same where nobody sees what enters generators. */
    Steps untapped() {
        return new Steps(router, forecasts, reason, projectOutput, generate, scale, soundtrack, trials,
                GeneratorTap.NONE, shadows);
    }
}
