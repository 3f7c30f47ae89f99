# SPDX-License-Identifier: Apache-2.0
"""Measures: in each round every system in turn, started anew and alone, since some are busy when idle. Each figure is a line of JSON in a file."""
from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from .bundles import HOME
from .load import Client
from .plan import BUSY, QUICK, Laps, Plan
from .systems import OURS, System
from .work import KINDS

TWENTY, TWO = "generator-image-2.0.0", "generator-image"  # steps of a picture: toyworld@2 and @3
FASTER = 1.03
OTHERS = 0.1  # cores that others may have had in a lap that is to say how fast a system is
SETTLED = 5  # seconds until a system that was started is idle


@dataclass(frozen=True)
class Part:
    """One system in one round: `table` is steps20, steps2 or exported."""
    round: int
    table: str
    system: str


class Record:
    """A file of lines, each a figure with its part. A part that didn't come to its end is measured again."""

    def __init__(self, file: Path):
        self.file = file
        self.lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def add(self, part: Part, what: str, **figures) -> None:
        line = {**vars(part), "what": what, **figures}
        self.lines.append(line)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a") as out:
            out.write(json.dumps(line) + "\n")

    def figures(self) -> list[dict]:
        """Of parts that came to their end, of each the last try."""
        parts: dict[tuple, list[dict]] = {}
        ended: dict[tuple, list[dict]] = {}
        for line in self.lines:
            part = (line["round"], line["table"], line["system"])
            if line["what"] == "begin":
                parts[part] = []
            elif line["what"] == "end":
                ended[part] = parts[part]
            else:
                parts[part].append(line)
        return [line for lines in ended.values() for line in lines]

    def has(self, part: Part) -> bool:
        return any(line["what"] == "end" and all(line[key] == value for key, value in vars(part).items()) for line in self.lines)


def refused_wrongly(line: dict) -> int:
    """A full queue is no fault where more comes than can be done."""
    return 0 if line["what"] == "open" else line.get("refused", 0)


def failed(lines: list[dict]) -> int:
    return sum(line.get("failed", 0) + refused_wrongly(line) for line in lines)


def is_steady(rates: list[float]) -> bool:
    """Whether the last two laps were hardly faster than those before."""
    return len(rates) > 2 and max(rates[-2:]) < FASTER * max(rates[:-2])


class Shares:
    """How many cores what is measured had, and others than it and the client: `cpu` is its processor time so far, in seconds."""

    def __init__(self, cpu: Callable[[], float]):
        self.cpu, self.before = cpu, self.now(cpu)

    @staticmethod
    def now(cpu: Callable[[], float]) -> tuple[float, float, float]:
        all_, client = psutil.cpu_times(), psutil.Process().cpu_times()
        busy = sum(all_) - all_.idle - all_.iowait - all_.guest - all_.guest_nice  # guests are in user
        return time.perf_counter(), cpu(), busy - client.user - client.system

    def told(self) -> dict[str, float]:
        seconds, measured, rest = (after - before for before, after in zip(self.before, self.now(self.cpu)))
        return {"cores": measured / seconds, "others": max(0.0, rest - measured) / seconds}


class Rounds:
    def __init__(self, record: Record, plan: Plan, bundles: Path, exported: Path | None, say: Callable[[str], None]):
        self.record, self.plan, self.bundles, self.exported, self.say = record, plan, bundles, exported, say
        self.texts: dict[str, list[str]] = {}

    def run(self, rounds: int, systems: list[str]) -> None:
        """What is wrong with any answer is told and no reason to stop."""
        self.texts = self.right_texts()
        for part in self.parts(rounds, systems):
            if not self.record.has(part):
                self.say(f"round {part.round}: {part.table} {part.system}")
                self.record.add(part, "begin")
                if part.system == "bare":
                    self.bare(part)
                else:
                    self.measure(part)
                self.record.add(part, "end")

    def parts(self, rounds: int, systems: list[str]) -> Iterator[Part]:
        """Who was first in a round is last in the next."""
        for r in range(1, rounds + 1):
            turned = systems[(r - 1) % len(systems):] + systems[:(r - 1) % len(systems)]
            for table in ("steps20", "steps2"):
                yield from (Part(r, table, system) for system in turned)
            if self.exported:
                yield from (Part(r, "exported", system) for system in turned if system not in (*OURS, "bare"))

    def right_texts(self) -> dict[str, list[str]]:
        """What Anymesh says to each question at temperature 0, which all others are to say too."""
        part = Part(0, "texts", "mesh")
        if not self.record.has(part):
            self.say("asking Anymesh for the right words")
            system = System("mesh", self.bundles, TWO)
            try:
                client = Client(system.urls, {})
                texts = {kind: client.texts_of(kind, len(asked)) for kind, asked in KINDS.items()}
            finally:
                system.stop()
            self.record.add(part, "begin")
            self.record.add(part, "texts", texts=texts, plan="quick" if self.plan is QUICK else "whole")
            self.record.add(part, "end")
        return next(line["texts"] for line in self.record.figures() if line["what"] == "texts")

    def measure(self, part: Part) -> None:
        bundles = self.exported if part.table == "exported" else self.bundles
        system = System(part.system, bundles, TWO if part.table == "steps2" else TWENTY)
        try:
            client = Client(system.urls, self.texts)
            self.started(part, system, client)
            for kind, laps in self.plan.warm.items():
                if part.table == "steps20" or kind == "picture":  # nothing else is asked in the others
                    self.warmed(part, system, client, kind, laps)
            closed = {"steps20": self.plan.closed, "steps2": {"picture": self.plan.few_steps}, "exported": self.plan.exported}[part.table]
            for kind, loops in closed.items():
                for callers, requests in loops.items():
                    self.told(part, "closed", system, lambda: client.closed(kind, callers, requests, callers))
            if part.table == "steps20":
                able = self.told(part, "able", system, lambda: client.closed("mix", BUSY, self.plan.mix))["rate"]
                for share, seconds in self.plan.opened.items():
                    self.told(part, "open", system, lambda: client.opened(able * share, seconds), share=share)
            self.record.add(part, "memory", mb=system.pss())
        finally:
            system.stop()

    def started(self, part: Part, system: System, client: Client) -> None:
        """The first pictures, and Anymesh when it has nothing to do."""
        first, second = (self.told(part, "first", system, lambda i=i: client.closed("picture", 1, 1, i), number=i)["ms"]["picture"]["p50"] for i in (1, 2))
        idle = {}
        if part.system in OURS and part.table == "steps20":
            time.sleep(SETTLED)
            shares = Shares(system.cpu)
            time.sleep(self.plan.idle)
            idle = {"idle": shares.told()["cores"], "mb": system.pss()}
        self.record.add(part, "started", ready=system.ready, first=first, second=second, **idle)

    def warmed(self, part: Part, system: System, client: Client, kind: str, laps: Laps) -> None:
        """Servers are at work for days; what they compile and learn meanwhile is told apart."""
        rates: list[float] = []
        lap = 0
        while lap < laps.most and not is_steady(rates):
            told = self.told(part, "warm", system, lambda: client.warmed(kind, laps.callers, laps.seconds), lap=lap)
            if told["others"] < OTHERS:
                rates.append(told["rate"])
            lap += 1
        self.record.add(part, "steady", kind=kind, seconds=lap * laps.seconds)

    def told(self, part: Part, what: str, system: System, load: Callable[[], dict], **more) -> dict:
        shares = Shares(system.cpu)
        figures = load()
        figures |= shares.told()
        self.record.add(part, what, **figures, **more)
        for fault in figures["faults"]:
            print(f"bench: {part.system}: {fault}", file=sys.stderr)
        if refused_wrongly({"what": what, **figures}):
            print(f"bench: {part.system}: refused {figures['refused']} of {what} {figures['kind']}", file=sys.stderr)
        return figures

    def bare(self, part: Part) -> None:
        environment = os.environ | {"PYTHONPATH": str(HOME / "bench"), "PEERS_BUNDLES": str(self.bundles), "PEERS_THREADS": "1",
                                    "PEERS_GENERATOR": TWO if part.table == "steps2" else TWENTY}
        shares = Shares(lambda: sum(psutil.Process().cpu_times()[2:4]))  # of children that have ended
        made = subprocess.run([sys.executable, "-m", "peers.bare", *map(str, self.plan.bare)], env=environment, stdout=subprocess.PIPE, text=True,
                              check=True).stdout
        self.record.add(part, "bare", **json.loads(made), **shares.told())
