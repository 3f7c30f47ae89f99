# SPDX-License-Identifier: Apache-2.0
"""What a graph gives for inputs that are made up by the names of their axes, and how fast."""

import sys
import time

import numpy as np
import onnxruntime

# A prompt, a block of another and a step of two answers to the first; what knows none of these axes sees three sizes of batches.
CASES = (
    {"batch": 3, "past": 0, "sequence": 8},
    {"batch": 1, "past": 8, "sequence": 3},
    {"batch": 2, "past": 8, "sequence": 1},
)
# How long axes may be whose names don't say it: a picture's sides, a width that the graph knows and its inputs don't. The first case begins with
# another, so that a form that holds for one size alone is found out.
OTHER = (16, 32, 64, 80, 96, 128, 224, 256)
IDS = 32  # below every vocabulary
TIMES = 12


def session(path):
    """On one thread, with what ONNX Runtime does by itself when it loads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def folded(path, to):
    """The graph with what is constant in it computed, in a file."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(to)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", to.name + ".data")
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return to


def feeds(graph):
    """Inputs that it takes; none if it takes none of those that could be thought of."""
    found, caches = [], {}
    for case in CASES:
        feed = taken(graph, case, caches)
        if feed is None:
            return []
        found.append(feed)
        if len(found) == 1:
            names = [one.name for one in graph.get_outputs()]
            caches = {part(name): tensor for name, tensor in zip(names, graph.run(None, feed), strict=True)}
    return found


def taken(graph, case, caches):
    for other in OTHER if case["past"] else (32, *OTHER):
        feed = {one.name: made(one, case | {"other": other}) for one in graph.get_inputs()}
        for name in feed:
            # Of noise in the place of keys and values a model makes numbers that none of its answers has.
            cache = caches.get(part(name)) if "past" in name else None
            if cache is not None and len(cache) >= case["batch"]:
                feed[name] = cache[: case["batch"]]
        try:
            graph.run(None, feed)
            return feed
        except Exception as e:  # whatever it says of a shape
            print(e, file=sys.stderr)
    return None


def part(name):
    """`0.key` of `past_key_values.0.key` and of `present.0.key`."""
    return name.split(".", 1)[-1]


def size(axis, place, case):
    """How long an axis is that may be of any length."""
    name = str(axis).lower()
    if place == 0 or "batch" in name:
        return case["batch"]
    if "total" in name or ("past" in name and "+" in name):
        return case["past"] + case["sequence"]
    if "past" in name or "sequence" in name:
        return case["past" if "past" in name else "sequence"]
    return case["other"]


def made(one, case):
    """An input of this type: noise, ids, or a mask of all."""
    shape = [axis if isinstance(axis, int) else size(axis, place, case) for place, axis in enumerate(one.shape)]
    noise = np.random.default_rng(sum(one.name.encode()))
    if "float" in one.type:
        return noise.standard_normal(shape).astype(np.float16 if "float16" in one.type else np.float32)
    if "mask" in one.name or "bool" in one.type:
        return np.ones(shape, bool if "bool" in one.type else kind(one))
    if "position" in one.name:
        return np.broadcast_to(np.arange(case["past"], case["past"] + shape[-1]), shape).astype(kind(one))
    return noise.integers(0, IDS, shape).astype(kind(one))


def kind(one):
    return np.int32 if "int32" in one.type else np.int64


def off(graph, original, inputs):
    """The farthest output's |made - expected| / |expected|; infinite where something isn't a number or another integer."""
    worst = 0.0
    for feed in inputs:
        for one, expected in zip(graph.run(None, feed), original.run(None, feed), strict=True):
            if one.shape != expected.shape or (expected.dtype.kind != "f" and (one != expected).any()):
                return float("inf")
            if expected.dtype.kind == "f":
                expected = expected.astype(np.float64)
                apart = np.linalg.norm(one.astype(np.float64) - expected)
                worst = max(worst, apart / max(np.linalg.norm(expected), 1e-30) if np.isfinite(apart) else float("inf"))
    return float(worst)


def speeds(original, graphs, inputs):
    """How many times as fast as the original each is: medians of runs in turns."""
    ratios = [[] for _ in graphs]
    for _ in range(TIMES):
        base = seconds(original, inputs)
        for graph, times in zip(graphs, ratios, strict=True):
            times.append(base / seconds(graph, inputs))
    return [float(np.median(times)) for times in ratios]


def seconds(graph, inputs):
    start = time.perf_counter()
    for feed in inputs:
        graph.run(None, feed)
    return time.perf_counter() - start
