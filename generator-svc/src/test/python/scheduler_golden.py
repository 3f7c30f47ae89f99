# SPDX-License-Identifier: Apache-2.0
"""Writes ../resources/schedulers.json: what diffusers' own schedulers do with every option that ours know.

Each case runs a sampler over the sample of diffusers' tests (tests/schedulers/test_schedulers.py: shape [4, 3, 8, 8] and
the model x * t / (t + 1)) in the form of its pipelines: the model sees scale_model_input, step gets the unscaled sample.

    pip install torch diffusers==0.42.1 && python scheduler_golden.py
"""

import json
from pathlib import Path

import diffusers
import torch

SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
V = {"prediction_type": "v_prediction"}
SAMPLE = {"prediction_type": "sample"}
KARRAS = {"use_karras_sigmas": True}
EXPONENTIAL = {"use_exponential_sigmas": True}
ENDS = {"sigma_min": 0.05, "sigma_max": 20.0}
ZERO_SNR = {"rescale_betas_zero_snr": True}
COSINE = {"beta_schedule": "squaredcos_cap_v2"}
TRAINED = {"trained_betas": [0.001 + 0.0005 * i for i in range(40)], "num_train_timesteps": 40}
THRESHOLD = {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 1.5}
SPACINGS = [{"timestep_spacing": s, "steps_offset": o} for s, o in
            [("linspace", 0), ("leading", 0), ("leading", 1), ("trailing", 0)]]

DDIM = [{}, V, SAMPLE, SD, COSINE, TRAINED, THRESHOLD, {"clip_sample_range": 0.5}, {"clip_sample": False},
        {"clip_sample": False, "set_alpha_to_one": False, **SD}, {**V, **ZERO_SNR, "timestep_spacing": "trailing"},
        {**SAMPLE, **ZERO_SNR, "timestep_spacing": "linspace"}] + [{**SD, **s} for s in SPACINGS]

EULER = [{}, V, SAMPLE, {"prediction_type": "original_sample"}, COSINE, TRAINED, ZERO_SNR, {**V, **ZERO_SNR, **SPACINGS[3]},
         KARRAS, {**KARRAS, **SD, **SPACINGS[2]}, {**KARRAS, **ENDS}, EXPONENTIAL, {**EXPONENTIAL, **ENDS},
         {"interpolation_type": "log_linear"}, {"interpolation_type": "log_linear", **KARRAS},
         {"final_sigmas_type": "sigma_min"}, {**V, "timestep_type": "continuous"}, {"timestep_type": "continuous"},
         {**V, **KARRAS, **ENDS, "timestep_type": "continuous"}] + [{**SD, **s} for s in SPACINGS]

DPM = [{}, V, SAMPLE, COSINE, TRAINED, THRESHOLD, ZERO_SNR, {**V, **ZERO_SNR, **SPACINGS[3]}, {"solver_order": 1},
       {"solver_type": "heun"}, {"solver_type": "bh2"}, {"lower_order_final": False},
       {"lower_order_final": False, "final_sigmas_type": "sigma_min"}, {"final_sigmas_type": "sigma_min"},
       {"euler_at_final": True, "lower_order_final": False, "final_sigmas_type": "sigma_min"},
       KARRAS, {**KARRAS, **SD}, {**KARRAS, **COSINE}, {**KARRAS, **ENDS}, {"use_lu_lambdas": True, **SD},
       {"use_lu_lambdas": True, **COSINE}, EXPONENTIAL, {**EXPONENTIAL, **ENDS}, {**COSINE, "lambda_min_clipped": -5.1},
       {**COSINE, "lambda_min_clipped": -5.1, **SPACINGS[3]}, {"lambda_min_clipped": float("-inf")}] + [
           {**SD, **s} for s in SPACINGS]


def sample():
    count = 4 * 3 * 8 * 8
    return (torch.arange(count).reshape(3, 8, 8, 4) / count).permute(3, 0, 1, 2)


def run(name, config, steps):
    config = {"_class_name": name, "_diffusers_version": diffusers.__version__, **config}
    scheduler = getattr(diffusers, name).from_config(config)
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)  # else two equal first timesteps make diffusers begin at the second and run off the end
    x = sample() * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(x, t)
        x = scheduler.step(seen * t / (t + 1), t, x).prev_sample
    flat = x.flatten()
    return {
        "config": config,
        "steps": steps,
        "timesteps": [float(t) for t in scheduler.timesteps],
        "initNoiseSigma": float(scheduler.init_noise_sigma),
        "sum": float(x.abs().sum()),
        "values": [float(v) for v in flat[::97]],
    }


def main():
    cases = [run(name, config, steps)
             for name, configs in [("DDIMScheduler", DDIM), ("EulerDiscreteScheduler", EULER), ("DPMSolverMultistepScheduler", DPM)]
             for config in configs
             for steps in (10, 20, 1)
             if steps > 1 or config in ({}, KARRAS)]
    out = Path(__file__).parent.parent / "resources" / "schedulers.json"
    out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(len(cases), "cases,", out.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
