# SPDX-License-Identifier: Apache-2.0
"""Run by `bench/run peers`: measures, and prints tables in Markdown. Ends with 1 if any answer was wrong."""
from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from pathlib import Path

from .bundles import HOME
from .plan import QUICK, Plan
from .report import report
from .rounds import TWENTY, Record, Rounds, failed
from .systems import LOGS, NAMES

IN_A_NETWORK_OF_ITS_OWN = "PEERS_ALONE"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench/run peers", description="Anymesh beside what a user would pick instead.")
    parser.add_argument("rounds", nargs="?", type=int, help="default 5")
    parser.add_argument("--quick", action="store_true", help="one short round of Anymesh, FastAPI and the bare graphs: that all of it runs")
    parser.add_argument("--only", type=lambda names: names.split(","), help="such of " + ",".join(NAMES))
    parser.add_argument("--bundles", type=Path, default=HOME / "models/toyworld", help="the family that everyone serves")
    parser.add_argument("--exported", type=Path, help="the same family as exported, served by the others in a second table")
    parser.add_argument("--resume", type=Path, help="go on with this file of a run that broke")
    parser.add_argument("--report", type=Path, help="only print what this file has")
    told = parser.parse_args()
    for name in told.only or ():
        if name not in NAMES:
            parser.error(f"{name} is none of {', '.join(NAMES)}")
    for family in (told.bundles, told.exported):
        if family and not (family / TWENTY / "manifest.json").exists():
            parser.error(f"{family} has no {TWENTY}")
    return told


def alone(systems: list[str]) -> None:
    """Goes on in a network of its own with nothing but 127.0.0.1: Ray listens on all addresses that it finds, whatever it is told."""
    if "ray" not in systems or os.environ.get(IN_A_NETWORK_OF_ITS_OWN):
        return
    if not shutil.which("unshare") or not shutil.which("ip"):
        sys.exit("bench: Ray Serve needs unshare and ip (Debian: apt-get install util-linux iproute2); or say --only without ray")
    os.environ[IN_A_NETWORK_OF_ITS_OWN] = "1"
    os.execvp("unshare", ["unshare", "--net", "--map-root-user", "sh", "-c", 'ip link set lo up && exec "$0" -m peers "$@"', sys.executable, *sys.argv[1:]])


def main() -> None:
    told = arguments()
    if told.report:
        print(report(Record(told.report).figures()))
        return
    systems = told.only or (["mesh", "fastapi1", "bare"] if told.quick else list(NAMES))
    alone(systems)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended on the way
    record = Record(told.resume or LOGS / time.strftime("%Y%m%d-%H%M%S.jsonl"))
    began = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {line}", file=sys.stderr, flush=True)

    say(f"figures go to {record.file}")
    plan = QUICK if told.quick else Plan()
    Rounds(record, plan, told.bundles.resolve(), told.exported and told.exported.resolve(), say).run(told.rounds or (1 if told.quick else 5), systems)
    say("done")
    print(report(record.figures()))
    if wrong := failed(record.figures()):
        sys.exit(f"bench: {wrong} answers were wrong or missing, see {record.file}")


if __name__ == "__main__":
    main()
