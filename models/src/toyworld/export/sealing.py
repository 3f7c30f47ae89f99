"""A bundle's folder and its manifest. Needs no torch: what changes a finished bundle uses it too."""
from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

from .storing import precision


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def seal(folder: Path, component: str, version: str, **keys: object) -> None:
    """Writes the manifest, with the checksum of every other file of the bundle."""
    files = {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
             for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "manifest.json"}
    write_json(folder / "manifest.json", {
        **{"schema": 1, "bundle": "toyworld", "version": version, "component": component,
           "precision": precision(folder), "license": "Apache-2.0"}, **keys, "files": files})


def is_check(name: str) -> bool:
    """Whether a bundle's file holds what the reference gave."""
    return name == "check.json" or name.startswith("check/")


def fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def link_to_same(folder: Path, other: Path) -> None:
    """Makes a relative link of every file that is the same in the other folder, so that the tree has it once."""
    for path in [p for p in sorted(folder.rglob("*")) if p.is_file()]:
        same = other / path.relative_to(folder)
        if same.exists() and same.read_bytes() == path.read_bytes():
            path.unlink()
            path.symlink_to(os.path.relpath(same, path.parent))
