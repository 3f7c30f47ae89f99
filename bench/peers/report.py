# SPDX-License-Identifier: Apache-2.0
"""Tables in Markdown of what was measured: medians of the rounds, with the lowest and the highest, and ratios that are taken within a round first.

A quick run has too few requests to be held against goals.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .goals import goals
from .systems import NAMES, OURS, PEERS

WORK = {"picture": "a picture", "talk": "a short answer", "caption": "a caption"}
ByRound = dict[int, float]


def spread(values: ByRound, digits: int, unit: str = "") -> str:
    low, high = min(values.values()), max(values.values())
    around = f" ({low:.{digits}f}–{high:.{digits}f})" if len(values) > 1 else ""
    return f"{np.median(list(values.values())):.{digits}f}{unit}{around}"


class Figures:
    """Looks up what was measured, each as a figure by round."""

    def __init__(self, lines: list[dict]):
        self.lines = lines
        self.systems = [name for name in NAMES if any(line["system"] == name and line["table"] != "texts" for line in lines)]

    def of(self, read: Callable[[dict], float | None], **like) -> ByRound:
        found = {line["round"]: read(line) for line in self.lines if all(line.get(key) == value for key, value in like.items())}
        return {r: value for r, value in found.items() if value is not None}

    def ms(self, system: str, kind: str, which: str = "p50", table: str = "steps20", callers: int = 1) -> ByRound:
        if system == "bare":
            return self.of(lambda line: min(line["alone"][kind].values()), system=system, table=table, what="bare")
        return self.of(lambda line: line["ms"].get(kind, {}).get(which), system=system, table=table, what="closed", kind=kind, callers=callers)

    def late(self, system: str, kind: str, share: float) -> ByRound:
        """The p95 of a kind at a share of what the system can do."""
        return self.of(lambda line: line["ms"].get(kind, {}).get("p95"), system=system, what="open", share=share)

    def rate(self, system: str, kind: str, callers: int, table: str = "steps20") -> ByRound:
        if system == "bare":
            return self.of(lambda line: max(line["at most"][kind].values()), system=system, table=table, what="bare")
        return self.of(lambda line: line["rate"], system=system, table=table, what="closed", kind=kind, callers=callers)

    def started(self, system: str, which: str) -> ByRound:
        return self.of(lambda line: line.get(which), system=system, table="steps20", what="started")

    def callers(self, kind: str, table: str) -> list[int]:
        return sorted({line["callers"] for line in self.lines if line["what"] == "closed" and line["kind"] == kind and line["table"] == table})

    def peers(self) -> list[str]:
        return [name for name in PEERS if name in self.systems]


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def closed(figures: Figures, of: str, systems: list[str], kinds: dict[str, str]) -> str:
    """With one caller ms, with more how many a second and their p95."""
    def cell(system: str, kind: str, callers: int) -> str:
        if callers == 1:
            took = figures.ms(system, kind, table=of)
            return spread(took, 1, " ms") if took else ""
        rates = figures.rate(system, kind, callers, of)
        if not rates:
            return ""
        told = spread(rates, 1, "/s")
        if system == "bare":
            return told
        return told + f", p95 {np.median(list(figures.ms(system, kind, 'p95', of, callers).values())):.0f} ms"

    rows = [[name, str(callers), *(cell(system, kind, callers) for system in systems)] for kind, name in kinds.items()
            for callers in figures.callers(kind, of)]
    return table(["what", "callers", *(NAMES[system] for system in systems)], rows)


def opened(figures: Figures, systems: list[str]) -> str:
    def cells(share: float, kind: str) -> list[str]:
        told = (figures.late(system, kind, share) for system in systems)
        return [spread(took, 0, " ms") if took else "" for took in told]

    shares = sorted({line["share"] for line in figures.lines if line["what"] == "open"})
    rows = [["what it can do, of the mix", *(spread(able, 1, "/s") if able else "" for able in (
        figures.of(lambda line: line["rate"], system=system, what="able") for system in systems))]]
    for share in shares:
        rows += [[f"at {share:.0%}: p95 of {name}", *cells(share, kind)] for kind, name in WORK.items()]
        refused = [figures.of(lambda line: 100 * line["refused"] / line["requests"], system=system, what="open", share=share) for system in systems]
        rows.append([f"at {share:.0%}: refused", *(spread(percent, 0, " %") if percent else "" for percent in refused)])
    return table(["open loop", *(NAMES[system] for system in systems)], rows)


def starts(figures: Figures, systems: list[str]) -> str:
    measures = [("ready, s", "ready", 1), ("first picture, ms", "first", 0), ("second, ms", "second", 0), ("MB when idle (PSS)", "mb", 0)]
    rows = [[name, *(spread(found, digits) if found else "" for found in (figures.started(system, which) for system in systems))]
            for name, which, digits in measures]
    new = (figures.of(lambda line: line["rate"], system=system, table="steps20", what="warm", kind="talk", lap=0) for system in systems)
    rows.append(["short answers a second when they are new to it, 16 callers", *(spread(found, 1) if found else "" for found in new)])
    steady = (figures.of(lambda line: line["seconds"], system=system, table="steps20", what="steady", kind="talk") for system in systems)
    rows.append(["seconds of them until it got no faster", *(spread(found, 0) if found else "" for found in steady)])
    idle = (figures.started(system, "idle") for system in systems)
    rows.append(["% of a core when idle", *(spread({r: 100 * v for r, v in found.items()}, 1) if found else "" for found in idle)])
    after = (figures.of(lambda line: line["mb"], system=system, table="steps20", what="memory") for system in systems)
    rows.append(["MB after all of that (PSS)", *(spread(found, 0) if found else "" for found in after)])
    return table(["from start to end", *(NAMES[system] for system in systems)], rows)


def best_of_bare(figures: Figures) -> str:
    """Which ways of running the bare graphs were the best, by medians."""
    told = []
    for kind, name in WORK.items():
        for what, pick in (("alone", min), ("at most", max)):
            lines = [line[what][kind] for line in figures.lines if line["what"] == "bare" and line["table"] == "steps20"]
            ways = {way: float(np.median([line[way] for line in lines])) for way in (lines[0] if lines else ())}
            if ways:
                told.append(f"{name} {what}: {pick(ways, key=ways.get)}")
    return "Best ways of the bare graphs: " + "; ".join(told) + ".\n" if told else ""


def report(lines: list[dict]) -> str:
    figures = Figures(lines)
    servers = [name for name in figures.systems if name != "bare"]
    parts = ["## Everyone on the same graphs\n", closed(figures, "steps20", figures.systems, WORK), best_of_bare(figures)]
    parts += ["## Pictures of two steps (toyworld@3)\n", closed(figures, "steps2", figures.systems, {"picture": "a picture of two steps"})]
    if any(line["table"] == "exported" for line in lines):
        shown = [name for name in figures.systems if name in PEERS]
        parts += ["## The bundle as exported, for the others\n", closed(figures, "exported", shown, {"picture": "a picture"})]
    parts += ["## As requests come, whoever waits\n", opened(figures, servers), "## Up and warm\n", starts(figures, servers)]
    if any(name in figures.systems for name in OURS) and not any(line.get("plan") == "quick" for line in lines):
        parts += ["## Goals\n", table(["what", "goal", "is", ""], goals(figures))]
    others = [line["others"] for line in lines if "others" in line]
    if others:
        parts.append(f"Others on the machine had {np.median(others):.2f} cores while anything was measured (median; at most {max(others):.2f}).")
    rounds = {line["round"] for line in lines if line["table"] != "texts"}
    asked = sum(line.get("requests", 0) for line in lines)
    return "\n".join([*parts, f"Rounds: {len(rounds)}. Requests: {asked}, of which {sum(line.get('failed', 0) for line in lines)} failed."])
