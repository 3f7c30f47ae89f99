# SPDX-License-Identifier: Apache-2.0
"""How much is asked. Five rounds of all take an hour and a half on two cores that nobody else uses; a quick one shows that all of it runs."""
from __future__ import annotations

from dataclasses import dataclass, field

BUSY = 16  # callers of whom it is found out what a system can do of the mix


@dataclass(frozen=True)
class Laps:
    """Warming by so many callers, until it gets no faster from lap to lap."""
    callers: int
    seconds: float
    most: int


@dataclass(frozen=True)
class Plan:
    """Warming by each kind; requests by callers; seconds of arrivals at each share of what a system can do; seconds of idleness."""
    warm: dict[str, Laps] = field(default_factory=lambda: {
        "picture": Laps(8, 5, 10), "talk": Laps(16, 4, 15), "caption": Laps(8, 4, 10), "mix": Laps(BUSY, 3, 1)})
    closed: dict[str, dict[int, int]] = field(default_factory=lambda: {
        "picture": {1: 6, 4: 12, 8: 16, 16: 32, 32: 32},
        "talk": {1: 100, 4: 200, 8: 320, 16: 640, 32: 640},
        "caption": {1: 40, 4: 80, 8: 160, 16: 160, 32: 160}})
    few_steps: dict[int, int] = field(default_factory=lambda: {1: 24, 8: 96})
    exported: dict[str, dict[int, int]] = field(default_factory=lambda: {"picture": {1: 6, 8: 16, 16: 32}})
    mix: int = 64
    opened: dict[float, float] = field(default_factory=lambda: {0.6: 8, 1.5: 5})
    idle: float = 20
    bare: tuple[int, int] = (6, 6)  # repeats of what is alone, batches of what is side by side


QUICK = Plan(warm={"picture": Laps(4, 1, 1), "talk": Laps(8, 1, 1), "caption": Laps(4, 1, 1)},
             closed={"picture": {1: 2, 4: 4}, "talk": {1: 8, 16: 32}, "caption": {1: 4, 8: 16}}, few_steps={1: 4, 8: 8},
             exported={"picture": {1: 2}}, mix=16, opened={0.6: 3, 1.5: 2}, idle=2, bare=(2, 2))
