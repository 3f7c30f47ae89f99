"""Measures the family end to end: python -m toyworld.evaluate --url http://127.0.0.1:8080 --n 400, or --reference."""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ..world.render import contact_sheet
from .chat import Mesh
from .judge import Judge
from .suites import Suites

MODELS = Path(__file__).parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(prog="toyworld.evaluate", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the gateway of a running mesh")
    parser.add_argument("--reference", action="store_true", help="run the bundles with the Python reference instead")
    parser.add_argument("--bundles", type=Path, default=MODELS / "toyworld", help="for --reference")
    parser.add_argument("--judge", type=Path, default=MODELS / "judges/image")
    parser.add_argument("--n", type=int, default=400, help="requests in the largest rows")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheet", type=Path, default=Path("contact-sheet.png"), help="where the first pictures go")
    parser.add_argument("--only", nargs="*", help="names of suites to run; all if left out")
    options = parser.parse_args()
    if options.reference:
        from .reference import Reference
        answerer = Reference(options.bundles)
    else:
        answerer = Mesh(options.url)
    suites = Suites(answerer, Judge(options.judge), options.n, options.seed)
    print("| what | N | right | 95 % interval | chance |\n|---|---|---|---|---|", flush=True)
    for name, suite in suites.all().items():
        if not options.only or name in options.only:
            for row in suite():
                print(row, flush=True)
    if suites.sheet:
        Image.fromarray(contact_sheet(np.stack(suites.sheet[:48]), 8)).save(options.sheet)
        print(f"\nThe first pictures: {options.sheet}")


if __name__ == "__main__":
    main()
