# SPDX-License-Identifier: Apache-2.0
"""What the comparison is held against, each with its figure and whether it was met."""
from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from .report import ByRound, Figures


def ratio(ours: ByRound, theirs: ByRound) -> ByRound:
    return {r: ours[r] / theirs[r] for r in ours if r in theirs}


def median(values: ByRound) -> float:
    return float(np.median(list(values.values())))


def held(what: str, values: ByRound, goal: float, at_least: bool = False, digits: int = 2, unit: str = "×", note: str = "") -> Iterator[list[str]]:
    """A row, unless nothing was measured."""
    if values:
        is_ = median(values)
        met = is_ >= goal if at_least else is_ <= goal
        around = f" ({min(values.values()):.{digits}f}–{max(values.values()):.{digits}f})" if len(values) > 1 else ""
        yield [what, f"{'≥' if at_least else '≤'} {goal:g}{unit}", f"{is_:.{digits}f}{unit}{around}{note}", "met" if met else "**missed**"]


def beside_best(what: str, ratios: dict[str, ByRound], goal: float, at_least: bool) -> Iterator[list[str]]:
    """Beside the one that comes off best: the smallest median of ratios of rates, the greatest of ratios of times."""
    ratios = {name: values for name, values in ratios.items() if values}
    if ratios:
        best = (min if at_least else max)(ratios, key=lambda name: median(ratios[name]))
        yield from held(what, ratios[best], goal, at_least, note=f", {best}")


def goals(f: Figures) -> Iterator[list[str]]:
    peers = f.peers()

    def rates(kind: str, callers: int, table: str = "steps20") -> dict[str, ByRound]:
        return {peer: ratio(f.rate("mesh", kind, callers), f.rate(peer, kind, callers, table)) for peer in peers}

    def speeds(kind: str) -> dict[str, ByRound]:
        return {peer: ratio(f.ms(peer, kind), f.ms("mesh", kind)) for peer in peers}

    for callers in (8, 16, 32):
        yield from beside_best(f"pictures a second, {callers} callers: of the best peer", rates("picture", callers), 1.1, True)
        yield from held(f"pictures a second, {callers} callers: of the bare graphs",
                        ratio(f.rate("mesh", "picture", callers), f.rate("bare", "picture", callers)), 0.95, True)
        yield from held(f"pictures a second, {callers} callers: of Ray Serve",
                        ratio(f.rate("mesh", "picture", callers), f.rate("ray", "picture", callers)), 2, True)
    yield from beside_best("short answers a second, 16 callers: of the best peer", rates("talk", 16), 1.8, True)
    yield from beside_best("short answers, one caller: speed of the best peer", speeds("talk"), 0.95, True)
    yield from beside_best("captions a second, 8 callers: of the best peer", rates("caption", 8), 1.3, True)
    yield from beside_best("captions, one caller: speed of the best peer", speeds("caption"), 0.95, True)

    for kind, name in {"talk": "short answers", "caption": "captions", "picture": "pictures"}.items():
        yield from beside_best(f"p95 of {name} at 60 %: of the best peer's",
                               {peer: ratio(f.late("mesh", kind, 0.6), f.late(peer, kind, 0.6)) for peer in peers}, 1, False)
    yield from held("p95 of short answers at 150 %: of the unloaded", ratio(f.late("mesh", "talk", 1.5), f.ms("mesh", "talk", "p95")), 2)
    for callers in (8, 16):
        yield from beside_best(f"pictures a second, {callers} callers, as exported: of the best peer", rates("picture", callers, "exported"), 1.8, True)
    for system, name, limits in (("mesh", "one JVM", {"talk": 1.25, "caption": 1.15, "picture": 1.03}),
                                 ("processes", "processes", {"talk": 1.6, "caption": 1.5, "picture": 1.05})):
        for (kind, limit), what in zip(limits.items(), ("a short answer", "a caption", "a picture")):
            yield from held(f"{what} alone, {name}: of the bare graphs", ratio(f.ms(system, kind), f.ms("bare", kind)), limit)
    for system, name in (("mesh", "one JVM"), ("processes", "processes")):
        ours, bare = f.ms(system, "picture", table="steps2"), f.ms("bare", "picture", table="steps2")
        added = {r: ours[r] - bare[r] for r in ours if r in bare}
        if added:
            yield [f"what a mesh adds to a picture of two steps, {name}", "", f"{median(added):.1f} ms", ""]
    yield from held("one JVM: ready", f.started("mesh", "ready"), 2.5, digits=1, unit=" s")
    yield from held("one JVM: first picture, of the second", ratio(f.started("mesh", "first"), f.started("mesh", "second")), 1.3)
    yield from held("processes: ready", f.started("processes", "ready"), 6, digits=1, unit=" s")
    yield from held("processes: of a core when idle", {r: 100 * v for r, v in f.started("processes", "idle").items()}, 2, digits=1, unit=" %")
    yield from held("processes: memory in all", f.started("processes", "mb"), 700, digits=0, unit=" MB")
