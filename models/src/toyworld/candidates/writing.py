"""Writes a candidate."""
from __future__ import annotations

import json
import shutil
from pathlib import Path

from ..export.sealing import is_check, seal
from .kinds import BROKEN, REFUSED, SERVED, Draft, Options


def write(kind: str, of: Path, to: Path, version: str, options: Options = Options(), pipeline: dict | None = None) -> None:
    """A whole bundle of a kind in a new folder: files of its own without a link, and a manifest that is right unless that is the fault.
    The same options give the same bytes. FileExistsError if the folder is there."""
    manifest = json.loads((of / "manifest.json").read_text())
    to.mkdir(parents=True)
    try:
        for name in manifest.pop("files"):
            if is_check(name):
                continue  # what torch makes of the weights as they were: a bad candidate has to get as far as it can
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(of / name, to / name)
        manifest["version"] = version
        manifest["pipeline"] |= pipeline or {}
        del manifest["precision"]  # of the files as they will be
        draft = Draft(to, manifest, options)
        (SERVED | REFUSED).get(kind, lambda _: None)(draft)
        seal(to, **manifest)
        BROKEN.get(kind, lambda _: None)(draft)
    except BaseException:
        shutil.rmtree(to)  # a part of a bundle is none of the kinds
        raise
