"""Measures the family end to end: python -m toyworld.evaluate --url http://127.0.0.1:8080 --n 400, or --reference."""
from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from ..world.render import contact_sheet
from .chat import Mesh
from .judge import Judges
from .pictures import PictureSuites
from .senses import SenseSuites
from .sheets import spectrograms

MODELS = Path(__file__).parents[3]


def main() -> None:
    parser = argparse.ArgumentParser(prog="toyworld.evaluate", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="the gateway of a running mesh")
    parser.add_argument("--reference", action="store_true", help="run the bundles with the Python reference instead")
    parser.add_argument("--bundles", type=Path, default=MODELS / "toyworld", help="for --reference")
    parser.add_argument("--judges", type=Path, default=MODELS / "judges")
    parser.add_argument("--n", type=int, default=300, help="requests a row, as a rule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=Path, help="a file of finished suites: what is in it is not measured again")
    parser.add_argument("--sheets", type=Path, default=Path("out"), help="where the first pictures, sounds and films go")
    parser.add_argument("--only", nargs="*", help="names of suites to run; all if left out")
    options = parser.parse_args()
    options.sheets.mkdir(parents=True, exist_ok=True)
    if options.reference:
        from .ablations import AblationSuites
        from .reference import Reference
        answerer, groups = Reference(options.bundles), [PictureSuites, SenseSuites, AblationSuites]
    else:
        answerer, groups = Mesh(options.url), [PictureSuites, SenseSuites]
    print("| what | N | right | 95 % interval | chance |\n|---|---|---|---|---|", flush=True)
    for group in groups:
        suites = group(answerer, Judges(options.judges), options.n, options.seed)
        for name, suite in suites.all().items():
            if options.only and name not in options.only:
                continue
            for row in finished(options.rows, name) or measure(options.rows, name, suite):
                print(row, flush=True)
        for kind, values in suites.kept.items():
            if values:
                path = options.sheets / f"sheet-{group.__name__.removesuffix('Suites').lower()}-{kind}.png"
                Image.fromarray(sheet(kind, values)).save(path)
                print(f"\n{path}")


def finished(path: Path | None, name: str) -> list[str]:
    """The rows of a suite that an earlier run finished."""
    if path is None or not path.exists():
        return []
    return [line.split("\t", 1)[1] for line in path.read_text().splitlines() if line.split("\t", 1)[0] == name]


def measure(path: Path | None, name: str, suite):
    rows = []
    for row in suite():
        rows.append(row)
        yield row
    if path is not None:
        with path.open("a") as file:
            file.writelines(f"{name}\t{row}\n" for row in rows)


def sheet(kind: str, values: list[np.ndarray]) -> np.ndarray:
    """The first media side by side: pictures, spectrograms, or every second frame of films."""
    if kind == "audio":
        return spectrograms(values[:48])
    if kind == "image":
        return contact_sheet(np.stack(values[:48]), 8)
    return contact_sheet(np.concatenate([v[::2] for v in values[:24]]), 8)


if __name__ == "__main__":
    main()
